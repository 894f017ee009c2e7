/**
 * The requests of one socket, in the order they were sent.
 *
 * Each waits until those before it are answered, so that it meets the state they left.
 * Requests that change nothing for one another overlap: they may wait in the store's
 * queue together, which settles in order, and share a commit. Answers never overtake.
 */
interface LaneRequest {
  /** Whether it may run together with others of its kind. */
  readonly overlaps: boolean
  /**
   * Roughly how large its answer is, if it is a page: it starts only once there is room for it. 0 for other answers.
   */
  readonly pageBytes: number
  /** Calls `settle` once, now or later, with the function that sends the answer. Must not throw. */
  readonly start: (settle: (answer: () => void) => void) => void
}

interface Slot {
  answer: (() => void) | undefined
}

/** Decides whether a page may start now. */
interface Pages {
  beginPage(bytes: number): boolean
}

export class Lane {
  readonly #underWay: Slot[] = []
  readonly #waiting: LaneRequest[] = []
  readonly #pages: Pages
  #overlaps = false
  #advancing = false

  /** Call `resume` when the answer of `pages` may have changed. */
  constructor(pages: Pages) {
    this.#pages = pages
  }

  /** How many requests have not been answered. */
  get length(): number {
    return this.#underWay.length + this.#waiting.length
  }

  add(request: LaneRequest): void {
    this.#waiting.push(request)
    this.#advance()
  }

  resume(): void {
    this.#advance()
  }

  #advance(): void {
    // A request that settles at once calls back in here: the loop that started it continues.
    if (this.#advancing) return
    this.#advancing = true
    do this.#giveAnswers()
    while (this.#startNext())
    this.#advancing = false
  }

  #giveAnswers(): void {
    while (this.#underWay[0]?.answer !== undefined) this.#underWay.shift()?.answer?.()
  }

  #startNext(): boolean {
    const [next] = this.#waiting
    if (next === undefined) return false
    if (this.#underWay.length > 0 && !(this.#overlaps && next.overlaps)) return false
    if (next.pageBytes > 0 && !this.#pages.beginPage(next.pageBytes)) return false
    this.#waiting.shift()
    this.#overlaps = next.overlaps
    const slot: Slot = { answer: undefined }
    this.#underWay.push(slot)
    next.start((answer) => {
      slot.answer = answer
      this.#advance()
    })
    return true
  }
}
