/**
 * Concurrent searches take turns, so a short one does not wait for the end of a long one. Each ends when its time is over.
 *
 * All of them read the index as it was when the first one began, and its log is kept for them. So whoever comes after that
 * one's time is over waits for the end of all: if searches always overlapped, nothing written meanwhile would be found.
 */
import type { Found } from "../chat/searcher.ts"

export type Search = (isOver: () => boolean) => Generator<undefined, Found>

interface Running {
  readonly steps: Generator<undefined, Found>
  readonly settle: (outcome: Found | Error) => void
}

interface TurnsOptions {
  readonly elapsedMs: () => number
  /** Counted from its first turn. */
  readonly searchMs: number
}

export class Turns {
  readonly #options: TurnsOptions
  #running: Running[] = []
  /** Those that run when all others have ended. */
  #waiting: Running[] = []
  /** When those that run had their first turn. */
  #begunMs: number | undefined

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#running.length + this.#waiting.length
  }

  add(search: Search, settle: Running["settle"]): void {
    const { elapsedMs, searchMs } = this.#options
    let startedMs: number | undefined
    const isOver = () => {
      startedMs ??= elapsedMs()
      return elapsedMs() - startedMs >= searchMs
    }
    const isLate = this.#begunMs !== undefined && elapsedMs() - this.#begunMs >= searchMs
    const which = isLate ? this.#waiting : this.#running
    which.push({ steps: timed(search, isOver), settle })
  }

  /** Runs one turn of each. Returns whether any is left. */
  turn(): boolean {
    this.#begunMs ??= this.#options.elapsedMs()
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
    if (this.#running.length > 0) return true
    this.#running = this.#waiting
    this.#waiting = []
    this.#begunMs = undefined
    return false
  }
}

/** Its time begins with its first turn. */
function* timed(search: Search, isOver: () => boolean): Generator<undefined, Found> {
  isOver()
  return yield* search(isOver)
}
