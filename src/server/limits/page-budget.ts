/**
 * How much of the server all pages together may take: memory, for pages being read from the
 * store or sent and not yet read by the other side; and work, as bytes over time. Each user
 * has a share, or each address where nobody is identified. Whoever has used up their share
 * waits, first come first served; the shares of others are not touched.
 */
import { limits } from "../../contract/limits.ts"
import { BucketTable } from "./buckets.ts"

/** The connection of a reader. */
interface Reading {
  /** Bytes that the other side has not read. */
  readonly backlogBytes: number
  /** Called when another try is worthwhile. */
  resume(): void
}

interface Waiting {
  readonly bytes: number
  readonly resume: () => void
}

/** Bytes in all and by whom, within their bounds. */
class Share {
  readonly #totalMax: number
  readonly #perKeyMax: number
  readonly #byKey = new Map<string, number>()
  #total = 0

  constructor(totalMax: number, perKeyMax: number) {
    this.#totalMax = totalMax
    this.#perKeyMax = perKeyMax
  }

  /** One page of each key is always allowed, however large. */
  hasOf(key: string, bytes: number): boolean {
    const taken = this.#byKey.get(key) ?? 0
    return taken === 0 || taken + bytes <= this.#perKeyMax
  }

  has(bytes: number): boolean {
    return this.#total === 0 || this.#total + bytes <= this.#totalMax
  }

  add(key: string, bytes: number): void {
    const taken = (this.#byKey.get(key) ?? 0) + bytes
    this.#total += bytes
    if (taken > 0) this.#byKey.set(key, taken)
    else this.#byKey.delete(key)
  }
}

interface PageBudgetOptions {
  readonly elapsedMs: () => number
  /** Calls back after so many milliseconds. */
  readonly later: (waitMs: number, call: () => void) => void
}

export class PageBudget {
  readonly #options: PageBudgetOptions
  readonly #work = new BucketTable(limits.pagesKibibytesRate)
  /** Keys that have used up their work for now. */
  readonly #resting = new Set<string>()
  readonly #reading = new Share(limits.pagesReadBytesMax, limits.pagesReadBytesPerUser)
  readonly #unread = new Share(limits.pagesUnreadBytesMax, limits.pagesUnreadBytesPerUser)
  readonly #waiting = new Map<string, Set<Waiting>>()
  /** Keys with room for their next page, which wait for the others. */
  readonly #line = new Set<string>()

  constructor(options: PageBudgetOptions) {
    this.#options = options
  }

  /** Number of entries that are kept. */
  get size(): number {
    return this.#waiting.size + this.#line.size + this.#resting.size
  }

  /** For one connection. `key` names the share that it uses. */
  reader(key: string, reading: Reading): PageReader {
    return new PageReader(this, key, reading)
  }

  /** Takes the share of a page that is to be read; false if there is not enough. */
  take(key: string, bytes: number): boolean {
    if (!this.#fitsOwn(key, bytes) || !this.#fitsAll(bytes)) return false
    this.#reading.add(key, bytes)
    return true
  }

  /** The page was read, and had this size. */
  give(key: string, bytes: number, readBytes: number): void {
    this.#reading.add(key, -bytes)
    const waitMs = this.#work.charge(key, this.#options.elapsedMs(), readBytes / 1_024)
    if (waitMs > 0) this.#rest(key, waitMs)
  }

  addUnread(key: string, bytes: number): void {
    this.#unread.add(key, bytes)
  }

  wait(key: string, waiting: Waiting): void {
    const queue = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, queue.add(waiting))
    this.#lineUp(key)
  }

  forget(key: string, waiting: Waiting): void {
    const queue = this.#waiting.get(key)
    queue?.delete(waiting)
    if (queue?.size !== 0) return
    this.#waiting.delete(key)
    this.#line.delete(key)
  }

  /**
   * Something was given back to this key: those who wait and now fit go on, one of each key at a time. It looks at
   * those that do and at one more, however many wait.
   */
  released(key: string): void {
    this.#lineUp(key)
    for (const next of this.#line) {
      const first = this.#firstOf(next)
      if (first !== undefined && !this.#fitsAll(first.bytes)) return
      this.#line.delete(next)
      if (first === undefined || !this.#fitsOwn(next, first.bytes)) continue
      this.forget(next, first)
      this.#lineUp(next)
      first.resume()
    }
  }

  /** Queues behind those that are in line. */
  #lineUp(key: string): void {
    const first = this.#firstOf(key)
    if (first !== undefined && this.#fitsOwn(key, first.bytes)) this.#line.add(key)
  }

  #firstOf(key: string): Waiting | undefined {
    return this.#waiting.get(key)?.values().next().value
  }

  #fitsOwn(key: string, bytes: number): boolean {
    return !this.#resting.has(key) && this.#reading.hasOf(key, bytes) && this.#unread.hasOf(key, bytes)
  }

  #fitsAll(bytes: number): boolean {
    return this.#reading.has(bytes) && this.#unread.has(bytes)
  }

  #rest(key: string, waitMs: number): void {
    if (this.#resting.has(key)) return
    this.#resting.add(key)
    this.#options.later(waitMs, () => {
      this.#resting.delete(key)
      this.released(key)
    })
  }
}

/** The pages of one connection. Only one at a time is being read, since a lane starts no second one. */
export class PageReader {
  readonly #budget: PageBudget
  readonly #key: string
  readonly #reading: Reading
  #readingBytes = 0
  #unreadBytes = 0
  #waiting: Waiting | undefined
  #isOver = false

  constructor(budget: PageBudget, key: string, reading: Reading) {
    this.#budget = budget
    this.#key = key
    this.#reading = reading
  }

  /** Takes the share of a page of roughly so many bytes; false if it has to wait. */
  begin(bytes: number): boolean {
    if (this.#waiting !== undefined) return false
    if (!this.#budget.take(this.#key, bytes)) {
      this.#waiting = { bytes, resume: () => this.#goOn() }
      this.#budget.wait(this.#key, this.#waiting)
      return false
    }
    this.#readingBytes = bytes
    return true
  }

  /** The page was read and passed to the connection; it took this many bytes. */
  read(readBytes: number): void {
    if (this.#readingBytes === 0) return
    this.#budget.give(this.#key, this.#readingBytes, readBytes)
    this.#readingBytes = 0
    this.#count(this.#isOver ? 0 : this.#reading.backlogBytes)
    this.#budget.released(this.#key)
  }

  /** The other side has read something. */
  drained(): void {
    const { backlogBytes } = this.#reading
    if (backlogBytes >= this.#unreadBytes) return
    this.#count(backlogBytes)
    this.#budget.released(this.#key)
  }

  /** The connection is gone, with what it had not read. */
  end(): void {
    this.#isOver = true
    if (this.#waiting !== undefined) this.#budget.forget(this.#key, this.#waiting)
    this.#count(0)
    this.#budget.released(this.#key)
  }

  #goOn(): void {
    this.#waiting = undefined
    this.#reading.resume()
  }

  #count(unreadBytes: number): void {
    this.#budget.addUnread(this.#key, unreadBytes - this.#unreadBytes)
    this.#unreadBytes = unreadBytes
  }
}
