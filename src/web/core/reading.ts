/**
 * How far a person has read in a room, and where the line "new" goes.
 *
 * The mark moves forward as messages are read. The tabs of a browser share it; if the server stores it, all devices do.
 * The line stays where reading stopped until everything is read and more comes, so it never moves while somebody looks.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import type { Kept } from "./kept.ts"

interface ReadingOptions {
  /** Called with how far this tab has read. */
  readonly onRead: (seq: number) => void
  /** Whether the server stores the mark: then the browser has only a copy. */
  readonly isShared: () => boolean
}

export class Reading {
  readonly #kept: Kept
  readonly #key: string
  readonly #options: ReadingOptions
  readonly #read = signal<number | undefined>(undefined)
  readonly #line = signal<number | undefined>(undefined)
  /** Read here before the server told its mark. */
  #readAhead = 0

  constructor(roomId: string, kept: Kept, options: ReadingOptions) {
    this.#kept = kept
    this.#options = options
    this.#key = `read.${roomId}`
    this.#read.value = kept.read(this.#key, isSeq)
  }

  /** The `seq` of the last message read; `undefined` in a room that was never seen. */
  get read(): ReadonlySignal<number | undefined> {
    return this.#read
  }

  /** New messages begin after this `seq`. */
  get line(): ReadonlySignal<number | undefined> {
    return this.#line
  }

  /**
   * The room was loaded: messages that were there before the first visit are not new. If the room ends before the mark,
   * it was restored from a backup, and counts from its end, or from what remained. If the server stores the mark, it
   * tells it.
   */
  begin(lastSeq: number, keptSeq = lastSeq): void {
    const read = this.#read.value
    if (!this.#options.isShared() && (read ?? Infinity) > keptSeq) this.#mark(read === undefined ? lastSeq : keptSeq)
    this.drawLine(lastSeq)
  }

  readTo(seq: number): void {
    const read = this.#read.value
    if (read === undefined && this.#options.isShared()) this.#readAhead = Math.max(this.#readAhead, seq)
    else if (seq > (read ?? -1)) {
      this.#mark(seq)
      this.#options.onRead(seq)
    }
  }

  /** Another device of this person has read on. */
  readElsewhere(seq: number): void {
    if (seq > (this.#read.value ?? -1)) this.#mark(seq)
  }

  /** The server's mark, in a room that ends at `rev`. It may not know yet what was read here. */
  found(seq: number, rev: number): void {
    const read = this.#read.value
    if (read !== undefined && seq < read && read <= rev) {
      this.#options.onRead(read)
      return
    }
    this.#mark(seq)
    if (read !== undefined) return
    this.drawLine(rev)
    this.readTo(this.#readAhead)
  }

  /** The user has changed. */
  forget(): void {
    this.#read.value = this.#line.value = undefined
    this.#readAhead = 0
    this.#kept.write(this.#key, undefined)
  }

  /** Another tab may have read on. */
  reload(): void {
    const read = this.#kept.read(this.#key, isSeq)
    if (read !== undefined && read > (this.#read.value ?? -1)) this.#read.value = read
  }

  /**
   * This person wrote, here or elsewhere: what was read stays read, and for the server everything before it is read.
   */
  wrote(seqBefore: number, seq: number): void {
    if (this.#options.isShared()) this.readElsewhere(seq)
    else if (this.#read.value === seqBefore) this.readTo(seq)
  }

  /** A message came that is not seen at once. */
  cameUnseen(seqBefore: number): void {
    const wasAllRead = (this.#read.value ?? -1) >= seqBefore
    if (wasAllRead || this.#line.value === undefined) this.#line.value = this.#read.value
  }

  drawLine(lastSeq: number): void {
    const read = this.#read.value
    this.#line.value = read !== undefined && lastSeq > read ? read : undefined
  }

  eraseLine(): void {
    this.#line.value = undefined
  }

  #mark(seq: number): void {
    this.#read.value = seq
    this.#kept.write(this.#key, seq)
  }
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
