/**
 * Keeps the index up to date: it follows each room by `rev`, as a client does, one pass at
 * a time. If the index knows something that the data does not, from an earlier epoch or
 * numbers that were never given, it is rebuilt.
 */
import type { RoomId } from "../contract/values.ts"
import type { ChangedMessage, MessageFeed, RoomHead } from "../store/feed.ts"
import type { IndexFile, Progress, RoomChanges } from "./index-file.ts"

/** Messages in one pass: the other work of the thread waits no longer than they take. */
export const passMax = 512

interface FollowerOptions {
  readonly feed: MessageFeed
  readonly index: IndexFile
}

/** What to remove: everything of a room, or up to a `seq`. */
interface Removal {
  readonly roomId: RoomId
  readonly upTo: number | undefined
}

const unread: Progress = { rev: 0, forgotten: 0 }

export class Follower {
  readonly #feed: MessageFeed
  readonly #index: IndexFile
  /** As of the last check. */
  #state: string | undefined
  #known: Map<RoomId, Progress>
  /** Rooms that the index is behind in. */
  #behind: RoomHead[] = []
  #removals: Removal[] = []
  /** Removed texts may still be in the log, also that of a killed server. */
  #hasRemains = true

  constructor({ feed, index }: FollowerOptions) {
    this.#feed = feed
    this.#index = index
    this.#known = index.rooms()
  }

  /** How many changes are still to be read, at most. */
  get missing(): number {
    return this.#behind.reduce((sum, { id, rev }) => sum + rev - this.#progressOf(id).rev, 0)
  }

  /** Checks what there is, if anything has changed. Returns whether there is something to do. */
  async look(): Promise<boolean> {
    const state = await this.#feed.state()
    if (state === this.#state && !this.#hasMore()) return false
    const { epoch, rooms } = await this.#feed.heads()
    if (epoch !== this.#index.epoch || rooms.some(({ id, rev }) => this.#progressOf(id).rev > rev)) this.#begin(epoch)
    this.#behind = rooms.filter(({ id, rev }) => rev > this.#progressOf(id).rev)
    this.#removals = this.#removalsBy(rooms)
    this.#state = state
    return this.#hasMore()
  }

  /** Reads and writes one pass. Returns whether there is more of what the last check found. */
  async pass(): Promise<boolean> {
    const changes: RoomChanges[] = []
    let messages = 0
    let done = 0
    while (messages < passMax) {
      const room = this.#behind[done]
      if (room === undefined) break
      const read = await this.#read(room, passMax - messages)
      messages += read.messages.length
      changes.push(read)
      if (read.rev < room.rev) break
      done++
    }
    this.#write(changes)
    // Not before: what could not be read or written is still to be.
    this.#behind.splice(0, done)
    this.#remove()
    return this.#hasMore()
  }

  /** Rebuilds the index with the next check: the file is damaged. */
  restart(): void {
    this.#begin("")
    this.#state = undefined
  }

  /** Erases removed texts from the files of the index. Returns whether it is done. */
  clean(): boolean {
    this.#hasRemains &&= !this.#index.fold()
    return !this.#hasRemains
  }

  #hasMore(): boolean {
    return this.#behind.length + this.#removals.length > 0
  }

  #begin(epoch: string): void {
    this.#index.reset(epoch)
    this.#known = new Map()
  }

  #removalsBy(rooms: readonly RoomHead[]): Removal[] {
    const there = new Set(rooms.map(({ id }) => id))
    const gone = [...this.#known.keys()].filter((id) => !there.has(id))
    const older = rooms.filter(({ id, forgotten }) => forgotten > (this.#known.get(id) ?? unread).forgotten)
    return [
      ...gone.map((roomId) => ({ roomId, upTo: undefined })),
      ...older.map(({ id, forgotten }) => ({ roomId: id, upTo: forgotten })),
    ]
  }

  async #read(room: RoomHead, limit: number): Promise<RoomChanges> {
    const messages = await this.#feed.changes(room, this.#progressOf(room.id).rev, limit)
    const last = messages.at(-1)?.rev ?? 0
    // A page that is not full ends at the room's end, which may have moved since the check.
    const rev = messages.length < limit ? Math.max(last, room.rev) : last
    return { roomId: room.id, messages, rev }
  }

  #write(changes: readonly RoomChanges[]): void {
    if (changes.length === 0) return
    this.#index.write(changes)
    for (const { roomId, rev, messages } of changes) {
      this.#known.set(roomId, { ...this.#progressOf(roomId), rev })
      this.#hasRemains ||= messages.some(isChanged)
    }
  }

  #remove(): void {
    const [removal] = this.#removals
    if (removal === undefined) return
    const { roomId, upTo } = removal
    this.#hasRemains = true
    if (this.#index.forget(roomId, upTo, passMax)) return
    this.#removals.shift()
    if (upTo === undefined) this.#known.delete(roomId)
    else this.#known.set(roomId, { ...this.#progressOf(roomId), forgotten: upTo })
  }

  #progressOf(roomId: RoomId): Progress {
    return this.#known.get(roomId) ?? unread
  }
}

function isChanged({ seq, rev }: ChangedMessage): boolean {
  return seq !== rev
}
