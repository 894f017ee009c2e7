/**
 * Requests that one TCP connection brings at once. Bun handles all that it reads of one before
 * it looks at any other, so thousands of requests in one write would hold up everybody. No
 * browser and no proxy sends a request before it has the answer to its last.
 */

/** In one turn of the event loop. */
const atOnceMax = 4

export class Pipelines {
  /** Of this turn, by the address and port of the other side. */
  readonly #requests = new Map<string, number>()

  /** Counts one more; whether it is too many. */
  isTooMany({ address, port }: { readonly address: string; readonly port: number }): boolean {
    if (this.#requests.size === 0) setImmediate(() => this.#requests.clear())
    const connection = `${address} ${port}`
    const requests = (this.#requests.get(connection) ?? 0) + 1
    this.#requests.set(connection, requests)
    return requests > atOnceMax
  }
}
