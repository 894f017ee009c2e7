/**
 * The changes of one room, as this server's members are told them: each once, in the order
 * of `rev`, however it came.
 *
 * A change that comes too early is held until everything before it was told; one that was
 * told already is dropped. Where something is missing, the feed is behind, and its owner
 * reads from `told` on in the store. So a lost, doubled or late hint costs time, but never
 * a change. While a feed rests, changes that are offered wait for others, and are told
 * together. Times are of a clock that never steps back.
 */

export interface Change {
  readonly rev: number
  /** The number by which the message came into the room: its own, or an earlier one. */
  readonly seq: number
}

/** Skipped numbers that may be the first of some message. Beyond this many, the oldest are taken for changes. */
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
  /** Runs only once nothing more can be told at once. */
  readonly isLast: boolean
}

export class Feed<C extends Change> {
  readonly #tell: (change: C, isNew: boolean) => void
  readonly #held = new Map<number, Held<C>>()
  #waiting: Waiting[] = []
  #told: number | undefined
  /** The highest number known to exist. */
  #known = 0
  #behindSinceMs = Infinity
  #isReleasing = false
  #restUntilMs = -Infinity
  /** Numbers whose messages have changed since: those are told by their later number, and are new then. */
  readonly #passed = new Set<number>()
  /** The last reading left some out: numbers may have been skipped whose messages are still to be read. */
  #isPartial = false

  /**
   * `isNew`: the message was not told before. It came since the feed began, by this number or by one that was skipped.
   */
  constructor(tell: (change: C, isNew: boolean) => void) {
    this.#tell = tell
  }

  /** The last number that was told here; undefined before the feed has begun. */
  get told(): number | undefined {
    return this.#told
  }

  get isBehind(): boolean {
    return this.#told !== undefined && (this.#told < this.#known || this.#isPartial)
  }

  /** Whether the missing changes have had this many milliseconds to come by themselves. */
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
      if (!this.isResting(nowMs)) this.#release(this.#told, nowMs)
    }
  }

  /** Changes that are offered wait until then: call `wake`. */
  rest(untilMs: number): void {
    this.#restUntilMs = untilMs
  }

  isResting(nowMs: number): boolean {
    return nowMs < this.#restUntilMs
  }

  /** Ends a rest, and tells what has waited. */
  wake(nowMs: number): void {
    if (this.#told === undefined || this.#restUntilMs === -Infinity) return
    this.#restUntilMs = -Infinity
    this.#release(this.#told, nowMs)
  }

  /** A change with this number exists; it may be on its way. */
  knows(rev: number, nowMs: number): void {
    this.#known = Math.max(this.#known, rev)
    if (this.isBehind && this.#behindSinceMs === Infinity) this.#behindSinceMs = nowMs
  }

  /** Earlier changes do not concern this server's members. */
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
   * Changes that were read after `since`, up to `rev`: numbers missing among them are no changes any more. Messages
   * created up to `rev` and changed after it are among them, too, unless there are more to be read.
   */
  read(since: number, changes: readonly C[], rev: number, nowMs: number, hasMore = false): void {
    if (this.#told === undefined) return
    this.#isPartial = hasMore
    for (const change of changes) {
      if (change.rev > this.#told && !this.#held.has(change.rev)) {
        this.#held.set(change.rev, { change, done: undefined })
        this.#known = Math.max(this.#known, change.rev)
      }
    }
    this.#release(since <= this.#told ? rev : this.#told, nowMs)
  }

  /** Calls `run` in its place: after everything up to `rev`, and before anything else. */
  after(rev: number, nowMs: number, run: () => void): void {
    this.#wait({ rev, run, fail: undefined, isLast: false }, nowMs)
  }

  /**
   * The same, but after whatever else can be told at once: a message created up to `rev` and changed since is told by
   * its later number, and a page that ended between the two would miss it.
   */
  afterAll(rev: number, nowMs: number, run: () => void, fail: (cause: unknown) => void): void {
    this.#wait({ rev, run, fail, isLast: true }, nowMs)
  }

  /**
   * Nothing could be read: those who can be refused are refused, and nobody else waits for an order that may not come.
   */
  fail(cause: unknown): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { run, fail } of waiting) fail === undefined ? run() : fail(cause)
  }

  /** Nobody is told any more. Held changes are stored, so their senders are answered. */
  end(cause: unknown): void {
    this.fail(cause)
    const held = [...this.#held.values()]
    this.#held.clear()
    this.#passed.clear()
    this.#told = undefined
    this.#isPartial = false
    this.#restUntilMs = -Infinity
    for (const { done } of held) done?.()
  }

  #wait(waiting: Waiting, nowMs: number): void {
    const isDue = waiting.rev <= (this.#told ?? -1) && (!waiting.isLast || this.#isWhole())
    if (isDue && !this.#isReleasing) waiting.run()
    else {
      this.#waiting.push(waiting)
      this.knows(waiting.rev, nowMs)
    }
  }

  /** Tells the next changes, and skips numbers that are missing up to `rev`. */
  #release(rev: number, nowMs: number): void {
    // Telling may answer somebody, who calls back in here: the running loop goes on.
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

  /** Whether no message whose first number was skipped has still to be told. */
  #isWhole(): boolean {
    const isSkipped = ({ change }: Held<C>) => this.#passed.has(change.seq)
    return !this.#isPartial && ![...this.#held.values()].some(isSkipped)
  }

  /** Runs those whose turn has come. Those that wait for the end run once all that can be told was told. */
  #runDue(isEnd: boolean): void {
    const isLast = isEnd && this.#isWhole()
    const isDue = (waiting: Waiting) => waiting.rev <= (this.#told ?? -1) && (isLast || !waiting.isLast)
    while (this.#waiting.some(isDue)) {
      const due = this.#waiting.filter(isDue)
      this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting))
      for (const { run } of due) run()
    }
  }
}
