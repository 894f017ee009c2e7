/** The pieces of one request, until they end or are ended. */
export class Sending {
  readonly #pieces: AsyncIterable<Uint8Array>
  readonly #elapsedMs: () => number
  #heardMs: number
  readonly #over = Promise.withResolvers<void>()
  #isEnded = false
  /** What waits for the next piece waits no longer. */
  #wake: () => void = () => {}

  constructor(pieces: AsyncIterable<Uint8Array>, elapsedMs: () => number) {
    this.#pieces = pieces
    this.#elapsedMs = elapsedMs
    this.#heardMs = elapsedMs()
  }

  /** Since the last piece came. */
  get silentMs(): number {
    return this.#elapsedMs() - this.#heardMs
  }

  /** As if nothing more came. Resolves when what came before is written. */
  end(): Promise<void> {
    this.#isEnded = true
    this.#wake()
    return this.#over.promise
  }

  /** Nothing of it is under way any more. */
  over(): void {
    this.#over.resolve()
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    const iterator = this.#pieces[Symbol.asyncIterator]()
    try {
      while (!this.#isEnded) {
        const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
          this.#wake = () => resolve({ done: true, value: undefined })
          iterator.next().then(resolve, reject)
        })
        if (next.done) return
        this.#heardMs = this.#elapsedMs()
        yield next.value
      }
    } finally {
      // Not waited for: what never comes would hold it up as well.
      iterator.return?.().catch(() => {})
    }
  }
}
