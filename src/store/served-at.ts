/**
 * When data was served last, as it is kept with the data: what a start compares its clock with. Whatever asks whether
 * the store can write leaves it there, and a server does so by itself.
 */
import type { ChatStore } from "../chat/store.ts"
import { hourMs } from "../contract/durations.ts"
import { ChatError } from "../contract/errors.ts"

/** None where nobody has kept it yet, or it cannot be read. */
export function readServedAt(store: ChatStore): Promise<number | undefined> {
  return new Promise((resolve) => {
    store.submit({ kind: "servedAt" }, (at) => resolve(at instanceof ChatError || at === 0 ? undefined : at))
  })
}

/** Now, each hour, and at the end, which is what it returns. */
export function keepServedAt(store: ChatStore, servedAt: () => number): () => void {
  const keep = () => {
    try {
      store.submit({ kind: "probe", at: servedAt() }, () => {})
    } catch {
      // The queue is full or closed: what is there serves as well.
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
