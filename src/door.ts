/**
 * Doors to what nobody needs before a request: no start waits for what is behind them, and whoever comes first opens them.
 *
 * A checkout may be brought up to date, or moved, under a running server. So there all are opened a while after the start:
 * what runs is of one version, until it is started again.
 */

/** A binary holds all of itself. */
export const isCompiled = /\$bunfs|~BUN/.test(import.meta.url)

const closed = new Set<() => Promise<unknown>>()

/** For the top of a module, where it is made once. */
export function door<T>(load: () => Promise<T>): () => Promise<T> {
  const open = () => {
    closed.delete(open)
    return load()
  }
  closed.add(open)
  return open
}

/** One after another, also those behind others, with requests in between. Whoever needs what cannot be loaded is told so. */
export async function openDoors(): Promise<void> {
  for (const open of closed) {
    await open().catch(() => {})
    await new Promise(setImmediate)
  }
}
