/**
 * Requests that one TCP connection sends at once. Bun handles everything that it reads of
 * one connection before it looks at any other, so thousands of requests in one write would
 * block everybody. No browser or proxy sends a request before it has the answer to the last
 * one.
 */

/** In one turn of the event loop. */
const atOnceMax = 4

export class Pipelines {
  /** Counts in this turn, by the address and port of the other side. */
  readonly #requests = new Map<string, number>()

  /** Counts one more. Returns whether it is too many. */
  isTooMany({ address, port }: { readonly address: string; readonly port: number }): boolean {
    if (this.#requests.size === 0) setImmediate(() => this.#requests.clear())
    const connection = `${address} ${port}`
    const requests = (this.#requests.get(connection) ?? 0) + 1
    this.#requests.set(connection, requests)
    return requests > atOnceMax
  }
}
