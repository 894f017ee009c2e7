/**
 * Scrolls the list of a room to its goal, and remembers what is visible.
 *
 * A list shows fetched messages, so its goal may have to be fetched first. On arrival the goal is the message of a
 * link, the place where one stopped, the new messages, or else the end.
 */
import { computed, type Signal, signal } from "@preact/signals-core"
import { seqWithin, spanOf } from "../core/gaps.ts"
import type { Spot } from "../core/place.ts"
import type { Room } from "../core/room.ts"
import type { Slots } from "../core/slots.ts"
import type { RowInSight, Sight, SpaceInSight } from "../list/sight.ts"
import type { VirtualList } from "../list/virtual-list.tsx"
import { linkedSeq, rememberArrival } from "./linked-message.ts"

interface Goal {
  readonly seq: number
  readonly offset?: number
  /** The position in the view, from 0 (its top) to 1, instead of an offset. */
  readonly part?: number
  readonly isLinked?: boolean
}

/** The `seq`s at the top and at the end of the view. */
export interface Seen {
  readonly first: number
  readonly last: number
}

/** Reading starts with the goal. */
const readingPart = 0.3
/** A goal within this many messages is reached page by page; one further away is fetched directly. */
const reachMax = 150

export class Guide {
  readonly seen = signal<Seen | undefined>(undefined)
  /** The row at the end of the view, where the keyboard focus enters. */
  readonly lastKey = computed(() => this.#keyAt(this.seen.value?.last))
  readonly isArrived = signal(false)
  /** It takes a while, and somebody waits. */
  readonly isBusy = signal(false)
  /** The message that a link led to. */
  readonly lit = signal<number | undefined>(undefined)
  readonly #room: Room
  readonly #isAtEnd: Signal<boolean>
  #list: VirtualList | undefined
  #slots: Slots | undefined
  #goal: Goal | undefined
  /** What to show at this height of the canvas, once it is fetched. */
  #landing: { readonly seq: number; readonly top: number } | undefined
  #hasRows = false
  #space: SpaceInSight | undefined
  #beginnings = 0
  #path: string | undefined
  /** The place at an address before another address of the room was opened: at the end, or here. */
  readonly #left = new Map<string, Spot | undefined>()

  constructor(room: Room, isAtEnd: Signal<boolean>) {
    this.#room = room
    this.#isAtEnd = isAtEnd
  }

  /** The list shows these rows now. */
  follow(list: VirtualList | null, slots: Slots): void {
    this.#list = list ?? undefined
    this.#slots = slots
    const { timeline } = this.#room.feed
    if (list === null || !timeline.isLoaded) return
    const isAnew = this.#beginnings !== timeline.beginnings
    this.#beginnings = timeline.beginnings
    if (!this.isArrived.peek()) this.#arrive()
    else if (isAnew) this.#goal ??= this.#room.place.spot
    this.#land()
    this.#approach()
    if (this.#space) this.#fill(this.#space)
  }

  goTo(goal: Goal): void {
    this.#goal = goal
    this.#approach()
  }

  goToStart(): void {
    this.goTo({ seq: 0 })
  }

  goToFirstNew(): void {
    const line = this.#room.reading.line.peek()
    if (line !== undefined) this.goTo({ seq: line + 1, part: readingPart })
  }

  goToLink(seq: number): void {
    this.goTo({ seq, part: readingPart, isLinked: true })
  }

  /** Another address of the room: a linked message, or one that one comes back to. */
  moved(path: string, link: number | undefined): void {
    const before = this.#path
    this.#path = path
    if (before === undefined || !this.isArrived.peek()) return
    this.#left.set(before, this.#room.place.spot)
    if (link !== undefined) this.goToLink(link)
    else this.#comeBack(this.#left.has(path) ? this.#left.get(path) : this.#room.place.spot)
  }

  goToEnd(): void {
    this.#setGoal(undefined)
    this.#list?.scrollToEnd()
  }

  saw({ rows, isAtEnd, space }: Sight): void {
    this.#hasRows = rows.some(({ row }) => this.#seqAt(row) !== undefined)
    this.#space = space
    if (space) this.#fill(space)
    if (!this.isArrived.peek() || this.#goal) return
    this.#isAtEnd.value = isAtEnd
    const first = rows.find(({ row }) => this.#seqAt(row) !== undefined)
    const last = rows.findLast(({ row, isEndSeen }) => isEndSeen && this.#seqAt(row) !== undefined)
    this.#keep(isAtEnd, first)
    const [firstSeq, lastSeq] = [this.#seqAt(first?.row), this.#seqAt(last?.row)]
    const seen = this.seen.peek()
    if (firstSeq === undefined || (seen?.first === firstSeq && seen.last === (lastSeq ?? firstSeq - 1))) return
    this.seen.value = { first: firstSeq, last: lastSeq ?? firstSeq - 1 }
  }

  #arrive(): void {
    const { reading, feed, place } = this.#room
    const link = linkedSeq()
    const line = reading.line.peek()
    const isNews = line !== undefined && (feed.timeline.last?.seq ?? 0) > line
    if (link !== undefined) this.#goal = { seq: link, part: readingPart, isLinked: true }
    else if (place.spot) this.#goal = place.spot
    else if (isNews) this.#goal = { seq: line + 1, part: readingPart }
    this.isArrived.value = true
  }

  #approach(): void {
    const goal = this.#goal
    const { feed } = this.#room
    if (goal === undefined || !this.#list || !this.#slots) return
    // The beginning is in the first gap, if there is one.
    const seq = goal.seq === 0 ? 1 : goal.seq
    if (feed.timeline.gapAt(seq)) {
      this.isBusy.value = true
      // The list changes when the page comes, and this is called again.
      void feed.fetchAround(seq)
      return
    }
    this.#setGoal(undefined)
    this.#list.show(goal.seq === 0 ? 0 : this.#slotOf(goal.seq), goal)
    if (!goal.isLinked) return
    this.lit.value = goal.seq
    rememberArrival(goal.seq)
  }

  #comeBack(spot: Spot | undefined): void {
    if (spot === undefined) this.goToEnd()
    else this.goTo(spot)
  }

  #setGoal(goal: Goal | undefined): void {
    this.#goal = goal
    this.isBusy.value = false
  }

  /** The view was empty: the fetched messages are placed there. */
  #land(): void {
    if (!this.#landing || this.#room.feed.timeline.gapAt(this.#landing.seq)) return
    const { seq, top } = this.#landing
    this.#landing = undefined
    if (!this.#hasRows) this.#list?.place(this.#slotOf(seq), top)
  }

  #fill({ row, from, to, top }: SpaceInSight): void {
    const { feed } = this.#room
    const slot = this.#slots?.at(row)
    if (slot?.kind !== "gap" || feed.isFetching) return
    const { gap } = slot
    const span = spanOf(gap)
    if ((1 - from) * span <= reachMax) void feed.fetchEndOf(gap)
    else if (gap.after > 0 && to * span <= reachMax) void feed.fetchBeginningOf(gap)
    else {
      this.#landing = { seq: seqWithin(gap, from), top }
      void feed.fetchAround(this.#landing.seq)
    }
  }

  #keep(isAtEnd: boolean, first: RowInSight | undefined): void {
    const seq = this.#seqAt(first?.row)
    if (isAtEnd) this.#room.place.move(undefined)
    else if (first && seq !== undefined) this.#room.place.move({ seq, offset: first.offset })
  }

  #keyAt(seq: number | undefined): string | undefined {
    const { timeline } = this.#room.feed
    const message = seq === undefined ? undefined : timeline.messages[timeline.indexAfter(seq - 1)]
    return message?.id
  }

  #seqAt(row: number | undefined): number | undefined {
    const slot = row === undefined ? undefined : this.#slots?.at(row)
    return slot?.kind === "row" ? this.#room.feed.timeline.messages[slot.index]?.seq : undefined
  }

  /** The row of the message with that `seq`, or of the next one. */
  #slotOf(seq: number): number {
    const { timeline } = this.#room.feed
    const index = Math.min(timeline.indexAfter(seq - 1), timeline.messages.length - 1)
    return index < 0 ? 0 : (this.#slots?.ofRow(index) ?? 0)
  }
}
