/** A view that is loaded when it is shown for the first time, or before, when there is nothing else to do. */
import type { ComponentType, VNode } from "preact"
import { useEffect, useState } from "preact/hooks"

interface LazyView<Props> {
  readonly View: ComponentType<Props & { readonly waiting?: VNode | undefined }>
  readonly load: () => Promise<unknown>
}

/** Until it is there `waiting` is shown. What cannot be loaded is tried again, less and less often, as long as it is shown. */
export function lazily<Props extends object>(fetch: () => Promise<ComponentType<Props>>): LazyView<Props> {
  let loaded: ComponentType<Props> | undefined
  const load = async () => {
    loaded ??= await fetch()
  }
  const View = ({ waiting, ...props }: Props & { readonly waiting?: VNode | undefined }) => {
    const [tries, setTries] = useState(0)
    const Loaded = loaded
    useEffect(() => {
      // As it was drawn: it may have come since, for somebody else.
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
