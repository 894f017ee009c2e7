/**
 * Lazy loading of code that nobody needs before a request: no start waits for it, and the first request loads it.
 *
 * A checkout may be updated, or moved, under a running server. So there everything is loaded some time after the start:
 * what runs is of one version until it is restarted.
 */

/** A binary contains all of its code. */
export const isCompiled = /\$bunfs|~BUN/.test(import.meta.url)

const closed = new Set<() => Promise<unknown>>()

/** Call it at the top of a module, so that it is made once. */
export function door<T>(load: () => Promise<T>): () => Promise<T> {
  const open = () => {
    closed.delete(open)
    return load()
  }
  closed.add(open)
  return open
}

/**
 * Loads everything, one after another, including nested doors, with requests in between. Whoever needs what cannot be
 * loaded gets the error.
 */
export async function openDoors(): Promise<void> {
  for (const open of closed) {
    await open().catch(() => {})
    await new Promise(setImmediate)
  }
}
