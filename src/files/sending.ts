/** The pieces of one request, until it ends or is ended. */
export class Sending {
  readonly #pieces: AsyncIterable<Uint8Array>
  readonly #elapsedMs: () => number
  #heardMs: number
  readonly #over = Promise.withResolvers<void>()
  #isEnded = false
  /** Whoever waits for the next piece stops waiting. */
  #wake: () => void = () => {}

  constructor(pieces: AsyncIterable<Uint8Array>, elapsedMs: () => number) {
    this.#pieces = pieces
    this.#elapsedMs = elapsedMs
    this.#heardMs = elapsedMs()
  }

  /** Milliseconds since the last piece. */
  get silentMs(): number {
    return this.#elapsedMs() - this.#heardMs
  }

  /** Ends it as if nothing more came. Resolves when earlier pieces are written. */
  end(): Promise<void> {
    this.#isEnded = true
    this.#wake()
    return this.#over.promise
  }

  /** Nothing of it is in progress any more. */
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
      // Not awaited: a stream that never ends would block this as well.
      iterator.return?.().catch(() => {})
    }
  }
}
