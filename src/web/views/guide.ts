/**
 * Brings the list of a room to where it should be, and keeps what is seen of it.
 *
 * A list is a view of what was fetched, so where it should be may have to be fetched first: that is its goal, until
 * it is there. On arrival it is the message of a link, or where one stopped, or what is new, or else the end.
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
  /** Where in the view, from 0 (its top) to 1, instead of an offset. */
  readonly part?: number
  readonly isLinked?: boolean
}

/** The `seq`s at the top of the view and at its end. */
export interface Seen {
  readonly first: number
  readonly last: number
}

/** What one came for is read from here on. */
const readingPart = 0.3
/** So many messages can be fetched from what is known; what is further away is fetched by itself. */
const reachMax = 150

export class Guide {
  readonly seen = signal<Seen | undefined>(undefined)
  /** The row at the end of the view, where the keyboard comes in. */
  readonly lastKey = computed(() => this.#keyAt(this.seen.value?.last))
  readonly isArrived = signal(false)
  /** It takes a while, and somebody waits for it. */
  readonly isBusy = signal(false)
  /** The message that a link led to. */
  readonly lit = signal<number | undefined>(undefined)
  readonly #room: Room
  readonly #isAtEnd: Signal<boolean>
  #list: VirtualList | undefined
  #slots: Slots | undefined
  #goal: Goal | undefined
  /** What is at this height of the canvas, as soon as it was fetched. */
  #landing: { readonly seq: number; readonly top: number } | undefined
  #hasRows = false
  #space: SpaceInSight | undefined
  #beginnings = 0
  #path: string | undefined
  /** Where one was at an address before one went on to another in the room: nowhere but at the end, or there. */
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

  /** Another address of the room: of a message that is linked to, or one that one comes back to. */
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
    // The beginning is in the gap before all, if there is one.
    const seq = goal.seq === 0 ? 1 : goal.seq
    if (feed.timeline.gapAt(seq)) {
      this.isBusy.value = true
      // The list changes when it comes, and this is asked again.
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

  /** Nothing was to be seen where the view is: what was fetched for it stands there. */
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

  /** Of the message with that `seq`, or the next one. */
  #slotOf(seq: number): number {
    const { timeline } = this.#room.feed
    const index = Math.min(timeline.indexAfter(seq - 1), timeline.messages.length - 1)
    return index < 0 ? 0 : (this.#slots?.ofRow(index) ?? 0)
  }
}
