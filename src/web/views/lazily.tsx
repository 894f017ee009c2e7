/** A view that is loaded when it is first shown, or earlier, when the page is idle. */
import type { ComponentType, VNode } from "preact"
import { useEffect, useState } from "preact/hooks"

interface LazyView<Props> {
  readonly View: ComponentType<Props & { readonly waiting?: VNode | undefined }>
  readonly load: () => Promise<unknown>
}

/** Until it is loaded, `waiting` is shown. Loading is retried at growing intervals while it is shown. */
export function lazily<Props extends object>(fetch: () => Promise<ComponentType<Props>>): LazyView<Props> {
  let loaded: ComponentType<Props> | undefined
  const load = async () => {
    loaded ??= await fetch()
  }
  const View = ({ waiting, ...props }: Props & { readonly waiting?: VNode | undefined }) => {
    const [tries, setTries] = useState(0)
    const Loaded = loaded
    useEffect(() => {
      // Checked again: another use may have loaded it since.
      if (Loaded !== undefined) return
      load().then(
        () => setTries(-1),
        () => setTimeout(setTries, 1_000 * 2 ** tries, tries + 1),
      )
    }, [tries])
    return Loaded === undefined ? (waiting ?? null) : <Loaded {...(props as unknown as Props)} />
  }
  return { View, load: () => load().catch(ignore) }
}

function ignore(): void {}
