/**
 * How much of a room is new to this person. Fetched messages are counted here; for the others the server's count holds
 * as long as nothing more is read. So the number is the same on each of their devices.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"
import { excerptOf } from "./excerpt.ts"
import type { Reading } from "./reading.ts"
import type { Timeline } from "./timeline.ts"
import type { Message, RoomState } from "./wire.ts"

export type Told = Pick<RoomState, "rev" | "readSeq" | "unread" | "mentions"> &
  Partial<Pick<RoomState, "lastMessage" | "lastMessageAt">>
export type News = Pick<RoomState, "unread" | "mentions">

/** The last message of a room. */
export interface Latest {
  readonly userId: string
  readonly username: string
  readonly excerpt: string
  readonly at: string
}

export class Standing {
  readonly #told = signal<Told | undefined>(undefined)
  /** Messages of others after the last one read, and those of them that are for this person. */
  readonly news: ReadonlySignal<News>
  /** The latest count of the server. */
  readonly hinted = computed(() => latestOf(this.#told.value))
  /** Known even if nothing was fetched. */
  readonly latest: ReadonlySignal<Latest | undefined>

  constructor(timeline: Timeline, reading: Reading, userId: () => string) {
    // For a room that this socket is not in, the server knows better than what was fetched once.
    const isAhead = () => !timeline.isLoaded || (this.#told.value?.rev ?? 0) > timeline.complete
    this.latest = computed(() => {
      timeline.version.value
      const { last } = timeline
      return isAhead() ? this.hinted.value : last && latestIn(last)
    })
    this.news = computed(() => {
      timeline.version.value
      const read = reading.read.value
      if (read === undefined) return nothing
      const missing = timeline.unknownAfter(read)
      const told = missing > 0 || isAhead() ? this.#told.value : undefined
      // Without it, messages that were not fetched count whoever wrote them.
      let { unread, mentions, rev } = told?.readSeq === read ? told : { unread: missing, mentions: 0, rev: read }
      for (const message of timeline.messages.slice(timeline.indexAfter(Math.max(read, rev)))) {
        if (message.userId === userId()) continue
        unread++
        if (concerns(message, userId())) mentions++
      }
      return { unread, mentions }
    })
  }

  /** The room's `rev` when the server counted last. */
  get rev(): number {
    return this.#told.peek()?.rev ?? 0
  }

  /** `undefined` if the server stores nothing for this person. */
  tell(told: Told | undefined): void {
    this.#told.value = told && { ...this.#told.value, ...told }
  }
}

const nothing: News = { unread: 0, mentions: 0 }

function latestOf({ lastMessage, lastMessageAt }: Partial<Told> = {}): Latest | undefined {
  return lastMessage && lastMessageAt ? { ...lastMessage, at: lastMessageAt } : undefined
}

export function latestIn(message: Message): Latest {
  const { userId, user, createdAt } = message
  return { userId, username: user.username, excerpt: excerptOf(message), at: createdAt }
}

/** Whether it mentions the person, or answers them. */
export function concerns({ mentions, mentionsRoom, replyTo }: Message, userId: string): boolean {
  return mentionsRoom === true || replyTo?.userId === userId || mentions?.some((id) => id === userId) === true
}
