/**
 * Searches that are under way at a time, one turn of each after the other, so that none
 * waits for another's end. Each ends when its time is over.
 */
import type { Found } from "../chat/searcher.ts"

export type Search = (isOver: () => boolean) => Generator<undefined, Found>

interface Running {
  readonly steps: Generator<undefined, Found>
  readonly settle: (outcome: Found | Error) => void
}

interface TurnsOptions {
  readonly elapsedMs: () => number
  /** From its first turn on. */
  readonly searchMs: number
}

export class Turns {
  readonly #options: TurnsOptions
  #running: Running[] = []

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#running.length
  }

  add(search: Search, settle: Running["settle"]): void {
    const { elapsedMs, searchMs } = this.#options
    let startedMs: number | undefined
    const isOver = () => {
      startedMs ??= elapsedMs()
      return elapsedMs() - startedMs >= searchMs
    }
    this.#running.push({ steps: timed(search, isOver), settle })
  }

  /** One turn of each. Whether one is left. */
  turn(): boolean {
    this.#running = this.#running.filter(({ steps, settle }) => {
      try {
        const { done, value } = steps.next()
        if (done) settle(value)
        return !done
      } catch (cause) {
        settle(cause instanceof Error ? cause : new Error(String(cause)))
        return false
      }
    })
    return this.#running.length > 0
  }
}

/** Its time begins with its first turn. */
function* timed(search: Search, isOver: () => boolean): Generator<undefined, Found> {
  isOver()
  return yield* search(isOver)
}
