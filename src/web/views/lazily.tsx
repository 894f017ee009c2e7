/** A view that is loaded when it is shown for the first time, or before, when there is nothing else to do. */
import type { ComponentType, VNode } from "preact"
import { useEffect, useState } from "preact/hooks"

interface LazyView<Props> {
  readonly View: ComponentType<Props & { readonly waiting?: VNode }>
  readonly load: () => Promise<unknown>
}

/** Until it is there `waiting` is shown. If it cannot be loaded, the next time tries again. */
export function lazily<Props extends object>(fetch: () => Promise<ComponentType<Props>>): LazyView<Props> {
  let loaded: ComponentType<Props> | undefined
  const load = async () => {
    loaded ??= await fetch()
  }
  const View = ({ waiting, ...props }: Props & { readonly waiting?: VNode }) => {
    const [, redraw] = useState(0)
    const Loaded = loaded
    useEffect(() => {
      // As it was drawn: it may have come since, for somebody else.
      if (Loaded === undefined) load().then(() => redraw(1), ignore)
    }, [])
    return Loaded === undefined ? (waiting ?? null) : <Loaded {...(props as unknown as Props)} />
  }
  return { View, load: () => load().catch(ignore) }
}

function ignore(): void {}
