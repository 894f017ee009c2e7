/**
 * Keeps the index up with the messages: it follows each room by `rev`, as a client does,
 * a pass at a time. What the index knows and the data does not, of a life of the data that
 * is over or of numbers that were never given, makes it begin anew.
 */
import type { RoomId } from "../contract/values.ts"
import type { ChangedMessage, MessageFeed, RoomHead } from "../store/feed.ts"
import type { IndexFile, RoomChanges } from "./index-file.ts"

/** Messages of one pass: what else the thread has to do waits no longer than they take. */
export const passMax = 512

export interface FollowerOptions {
  readonly feed: MessageFeed
  readonly index: IndexFile
}

export class Follower {
  readonly #feed: MessageFeed
  readonly #index: IndexFile
  /** As of the last look. */
  #state: string | undefined
  #revs: Map<RoomId, number>
  /** Rooms that the index is behind in, and rooms that are gone. */
  #behind: RoomHead[] = []
  #gone: RoomId[] = []
  /** What was taken out may still be read in the log. */
  #hasRemains = false

  constructor({ feed, index }: FollowerOptions) {
    this.#feed = feed
    this.#index = index
    this.#revs = index.revs()
  }

  /** Changes that are still to be read, at most. */
  get missing(): number {
    return this.#behind.reduce((sum, { id, rev }) => sum + rev - this.#revOf(id), 0)
  }

  /** Looks what there is, if anything has changed. Whether there is something to read. */
  async look(): Promise<boolean> {
    const state = await this.#feed.state()
    if (state === this.#state && this.#behind.length + this.#gone.length === 0) return false
    const { epoch, rooms } = await this.#feed.heads()
    if (epoch !== this.#index.epoch || rooms.some(({ id, rev }) => this.#revOf(id) > rev)) {
      this.#index.reset(epoch)
      this.#revs = new Map()
    }
    this.#behind = rooms.filter(({ id, rev }) => rev > this.#revOf(id))
    const known = new Set(rooms.map(({ id }) => id))
    this.#gone = [...this.#revs.keys()].filter((id) => !known.has(id))
    this.#state = state
    return this.#behind.length + this.#gone.length > 0
  }

  /** Reads and writes once. Whether there is more of what the last look found. */
  async pass(): Promise<boolean> {
    const changes: RoomChanges[] = []
    let messages = 0
    while (messages < passMax) {
      const room = this.#behind[0]
      if (room === undefined) break
      const read = await this.#read(room, passMax - messages)
      messages += read.messages.length
      changes.push(read)
      if (read.rev < room.rev) break
      this.#behind.shift()
    }
    this.#write(changes)
    this.#purge()
    return this.#behind.length + this.#gone.length > 0
  }

  /** Begins anew with the next look: the file is damaged. */
  restart(): void {
    this.#index.reset("")
    this.#revs = new Map()
    this.#state = undefined
    this.#behind = []
    this.#gone = []
  }

  /** Nothing of what people took back stays in the files of the index. */
  clean(): void {
    if (this.#hasRemains) this.#index.fold()
    this.#hasRemains = false
  }

  async #read(room: RoomHead, limit: number): Promise<RoomChanges> {
    const messages = await this.#feed.changes(room, this.#revOf(room.id), limit)
    const last = messages.at(-1)?.rev ?? 0
    // A page that is not full is the end of the room, which may have gone on since the look.
    const rev = messages.length < limit ? Math.max(last, room.rev) : last
    return { roomId: room.id, messages, rev }
  }

  #write(changes: readonly RoomChanges[]): void {
    if (changes.length === 0) return
    this.#index.write(changes)
    for (const { roomId, rev, messages } of changes) {
      this.#revs.set(roomId, rev)
      this.#hasRemains ||= messages.some(isChanged)
    }
  }

  #purge(): void {
    const [roomId] = this.#gone
    if (roomId === undefined) return
    this.#hasRemains = true
    if (this.#index.purge(roomId, passMax)) return
    this.#gone.shift()
    this.#revs.delete(roomId)
  }

  #revOf(roomId: RoomId): number {
    return this.#revs.get(roomId) ?? 0
  }
}

function isChanged({ seq, rev }: ChangedMessage): boolean {
  return seq !== rev
}
