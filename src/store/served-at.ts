/**
 * When the data was last served, stored with the data: a start compares its clock with it. Each check whether the store
 * can write records it, and the server does so by itself.
 */
import type { ChatStore } from "../chat/store.ts"
import { hourMs } from "../contract/durations.ts"
import { ChatError } from "../contract/errors.ts"

/** None where it was never recorded, or cannot be read. */
export function readServedAt(store: ChatStore): Promise<number | undefined> {
  return new Promise((resolve) => {
    store.submit({ kind: "servedAt" }, (at) => resolve(at instanceof ChatError || at === 0 ? undefined : at))
  })
}

/** Records it now, each hour, and when the returned function is called at the end. */
export function keepServedAt(store: ChatStore, servedAt: () => number): () => void {
  const keep = () => {
    try {
      store.submit({ kind: "probe", at: servedAt() }, () => {})
    } catch {
      // The queue is full or closed: the stored time is good enough.
    }
  }
  const timer = setInterval(keep, hourMs)
  timer.unref()
  keep()
  return () => {
    clearInterval(timer)
    keep()
  }
}
