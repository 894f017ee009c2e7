/** Who is in a room, and who is typing there, as the server told it last. */
import { signal } from "@preact/signals-core"
import { limits } from "./limits.ts"
import type { Member } from "./wire.ts"

/** A little longer than the server waits before it ends typing itself; for when that news is lost. */
const typingMs = limits.typingSilenceMs + 1_500

export class Presence {
  /** By user id, in the order they came. In a large room only some of them. */
  readonly members = signal<ReadonlyMap<string, Member>>(new Map())
  /** The number of people here. */
  readonly count = signal(0)
  /** Ids of those who are typing, each with the time (of a clock that never steps back) when it ends by itself. */
  readonly typing = signal<ReadonlyMap<string, number>>(new Map())
  /** How often we entered: views of the list then check whether it is complete. */
  readonly beginnings = signal(0)
  #isOutdated = false

  /** A join says that these are here, or the first of them. */
  reset(members: readonly Member[], count: number): void {
    this.list(members)
    this.count.value = count
    this.begin()
  }

  /** We are back, and this list is what could be fetched at once. */
  begin(): void {
    this.typing.value = new Map()
    this.beginnings.value++
  }

  /** The first people here, as fetched. */
  list(members: readonly Member[]): void {
    this.members.value = new Map(members.map((member) => [member.userId, member]))
    this.#isOutdated = false
  }

  /** In a crowd only the number of people is told. */
  crowd(count: number): void {
    this.count.value = count
    this.#isOutdated = true
  }

  /** Whether so many people can be shown without fetching. */
  isListed(max: number): boolean {
    return !this.#isOutdated && this.members.value.size >= Math.min(this.count.value, max)
  }

  /** More people here, from a page. */
  learn(members: readonly Member[]): void {
    this.members.value = new Map([...this.members.value, ...members.map((member) => [member.userId, member] as const)])
  }

  enter(member: Member): void {
    if (!this.members.value.has(member.userId)) this.count.value++
    this.learn([member])
  }

  /** New names are not told; they come with their owners' messages. */
  describe(member: Member): void {
    const known = this.members.value.get(member.userId)
    if (known && (known.username !== member.username || known.avatar !== member.avatar)) this.learn([member])
  }

  exit(userId: string): void {
    this.count.value = Math.max(0, this.count.value - 1)
    this.members.value = without(this.members.value, userId)
    this.stopTyping(userId)
  }

  startTyping(userId: string, nowMs: number): void {
    this.typing.value = new Map([...this.typing.value, [userId, nowMs + typingMs]])
  }

  stopTyping(userId: string): void {
    if (this.typing.value.has(userId)) this.typing.value = without(this.typing.value, userId)
  }

  /** Ends typing that nobody ended. Call it about every second. */
  expireTyping(nowMs: number): void {
    for (const [userId, endsMs] of this.typing.value) if (endsMs <= nowMs) this.stopTyping(userId)
  }
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}
