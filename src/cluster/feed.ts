/**
 * The changes of one room, as this server's members hear them: each once, in the order of
 * `rev`, whatever way they came.
 *
 * What comes too early is held until everything before it was told; what was told before
 * is left out. Where something is missing, the feed is behind, and whoever owns it reads
 * on from `told` in the store. So a hint that is lost, doubled or overtaken costs time,
 * and never a change. Times are of a clock that does not step back.
 */

export interface Change {
  readonly rev: number
  /** The number by which it came into the room: its own, or an earlier one. */
  readonly seq: number
}

/** Numbers that were passed over and may be somebody's first: beyond it, the oldest are taken for changes. */
const passedMax = 10_000

interface Held<C> {
  readonly change: C
  /** Called when it was told. */
  readonly done: (() => void) | undefined
}

interface Waiting {
  readonly rev: number
  readonly run: () => void
  /** Given up when the store cannot be read. */
  readonly fail: ((cause: unknown) => void) | undefined
  /** Only once nothing more can be told at once. */
  readonly isLast: boolean
}

export class Feed<C extends Change> {
  readonly #tell: (change: C, isNew: boolean) => void
  readonly #held = new Map<number, Held<C>>()
  #waiting: Waiting[] = []
  #told: number | undefined
  /** The highest number that is known to be given. */
  #known = 0
  #behindSinceMs = Infinity
  #isReleasing = false
  /** Whose change took them away: what came by them is told by a later number, and is new then. */
  readonly #passed = new Set<number>()

  /** `isNew` says that nothing was told of it: it came since it was begun, by this number or one that was passed over. */
  constructor(tell: (change: C, isNew: boolean) => void) {
    this.#tell = tell
  }

  /** The last number that was told here; none before it is known where to begin. */
  get told(): number | undefined {
    return this.#told
  }

  get isBehind(): boolean {
    return this.#told !== undefined && this.#told < this.#known
  }

  /** Whether what is missing has had so many milliseconds to come by itself. */
  isLate(nowMs: number, graceMs: number): boolean {
    return this.isBehind && nowMs - this.#behindSinceMs >= graceMs
  }

  /** `done` is called when it was told, or at once where there is nobody to tell. */
  offer(change: C, nowMs: number, done?: () => void): void {
    const { rev } = change
    if (this.#told === undefined) {
      this.#held.set(rev, { change, done: undefined })
      done?.()
    } else if (rev <= this.#told) done?.()
    else {
      this.#held.set(rev, { change, done: done ?? this.#held.get(rev)?.done })
      this.#known = Math.max(this.#known, rev)
      this.#release(this.#told, nowMs)
    }
  }

  /** There is a change of that number, which may be on its way. */
  knows(rev: number, nowMs: number): void {
    this.#known = Math.max(this.#known, rev)
    if (this.isBehind && this.#behindSinceMs === Infinity) this.#behindSinceMs = nowMs
  }

  /** What was told before is no concern of this server's members. */
  begin(rev: number, nowMs: number): void {
    if (this.#told !== undefined) return
    this.#told = rev
    for (const held of [...this.#held.keys()]) {
      if (held <= rev) this.#held.delete(held)
      else this.#known = Math.max(this.#known, held)
    }
    this.#release(rev, nowMs)
  }

  /**
   * Changes that were read from behind `since` on, up to `rev`: what is missing among them is no change any more. What
   * was created up to there and changed behind it is among them, too.
   */
  read(since: number, changes: readonly C[], rev: number, nowMs: number): void {
    if (this.#told === undefined) return
    for (const change of changes) {
      if (change.rev > this.#told && !this.#held.has(change.rev)) {
        this.#held.set(change.rev, { change, done: undefined })
        this.#known = Math.max(this.#known, change.rev)
      }
    }
    this.#release(since <= this.#told ? rev : this.#told, nowMs)
  }

  /** Calls `run` in its place: behind everything up to `rev`, and before anything else. */
  after(rev: number, nowMs: number, run: () => void): void {
    this.#wait({ rev, run, fail: undefined, isLast: false }, nowMs)
  }

  /**
   * The same, and behind whatever else can be told at once: what was created up to `rev` and changed since is told by
   * its later number, and a page that ends between the two would miss it.
   */
  afterAll(rev: number, nowMs: number, run: () => void, fail: (cause: unknown) => void): void {
    this.#wait({ rev, run, fail, isLast: true }, nowMs)
  }

  /** Nothing could be read: who can be refused is, and nobody else waits for an order that may not come. */
  fail(cause: unknown): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { run, fail } of waiting) fail === undefined ? run() : fail(cause)
  }

  /** Nobody is told any more. What is held is stored, so its senders are answered. */
  end(cause: unknown): void {
    this.fail(cause)
    const held = [...this.#held.values()]
    this.#held.clear()
    this.#passed.clear()
    this.#told = undefined
    for (const { done } of held) done?.()
  }

  #wait(waiting: Waiting, nowMs: number): void {
    if (this.#told !== undefined && this.#told >= waiting.rev && !this.#isReleasing) waiting.run()
    else {
      this.#waiting.push(waiting)
      this.knows(waiting.rev, nowMs)
    }
  }

  /** Tells on from what was told, and skips numbers that are missing up to `rev`. */
  #release(rev: number, nowMs: number): void {
    // What is told may answer somebody, who comes back here: the loop that told it goes on.
    if (this.#isReleasing) return
    this.#isReleasing = true
    const before = this.#told
    this.#runDue(false)
    for (let next = this.#next(rev); next !== undefined; next = this.#next(rev)) {
      this.#advance(this.#told ?? 0, next)
      this.#runDue(false)
    }
    this.#isReleasing = false
    this.#runDue(true)
    if (!this.isBehind) this.#behindSinceMs = Infinity
    else if (this.#told !== before || this.#behindSinceMs === Infinity) this.#behindSinceMs = nowMs
  }

  #advance(toldBefore: number, next: number): void {
    this.#told = next
    const held = this.#held.get(next)
    this.#held.delete(next)
    this.#passOver(toldBefore, held === undefined ? next : next - 1)
    if (held === undefined) return
    const { change, done } = held
    const wasPassed = this.#passed.delete(change.seq)
    this.#tell(change, wasPassed || change.seq > toldBefore)
    done?.()
  }

  #passOver(above: number, upto: number): void {
    for (let rev = Math.max(above + 1, upto - passedMax + 1); rev <= upto; rev++) this.#passed.add(rev)
    for (const oldest of this.#passed) {
      if (this.#passed.size <= passedMax) return
      this.#passed.delete(oldest)
    }
  }

  #next(rev: number): number | undefined {
    if (this.#told === undefined) return undefined
    const next = this.#told + 1
    if (this.#held.has(next)) return next
    if (next > rev) return undefined
    const later = [...this.#held.keys()].filter((held) => held <= rev)
    return later.length === 0 ? rev : Math.min(...later)
  }

  /** Once all that could be told was told, also those that wait for that: not while somebody's first number was passed. */
  #runDue(isEnd: boolean): void {
    const isLast = isEnd && ![...this.#held.values()].some(({ change }) => this.#passed.has(change.seq))
    const isDue = (waiting: Waiting) => waiting.rev <= (this.#told ?? -1) && (isLast || !waiting.isLast)
    while (this.#waiting.some(isDue)) {
      const due = this.#waiting.filter(isDue)
      this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting))
      for (const { run } of due) run()
    }
  }
}
