/** The store in memory: the same queue and the same outcomes, for tests that need no disk. */
import { pickRooms, type RoomInList } from "../chat/room-search.ts"
import type { ChatStore, Command, ListPlace, Outcomes, Page, RoomPage } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { Message, MessageId, Profile, Room, RoomId, UserId, Visibility } from "../contract/schemas.ts"
import { type AnyOutcome, GroupCommit, type GroupCommitOptions } from "./group-commit.ts"

interface StoredMessage extends Omit<Message, "user"> {}

interface StoredRoom {
  readonly room: Room
  readonly visibility: Visibility
  readonly messages: StoredMessage[]
  rev: number
  lastAt: number
}

export class MemoryStore implements ChatStore {
  readonly #queue: GroupCommit
  readonly #rooms = new Map<RoomId, StoredRoom>()
  readonly #users = new Map<UserId, Profile>()
  readonly #messages = new Map<MessageId, StoredMessage>()

  constructor(options: Omit<GroupCommitOptions, "commit">) {
    const commit = (commands: readonly Command[]) => commands.map((command) => this.#apply(command))
    this.#queue = new GroupCommit({ ...options, commit })
    this.submit = this.#queue.submit
  }

  readonly submit: ChatStore["submit"]

  counts(): { rooms: number; messages: number } {
    return { rooms: this.#rooms.size, messages: this.#messages.size }
  }

  close(): Promise<void> {
    return this.#queue.close()
  }

  #apply(command: Command): AnyOutcome {
    switch (command.kind) {
      case "createRoom":
        return this.#createRoom(command)
      case "join":
        return this.#join(command)
      case "send":
        return this.#send(command)
      case "pageSince":
        return this.#page(command.roomId, (stored) => this.#since(stored, command.since, command.limit))
      case "pageBefore":
        return this.#page(command.roomId, (stored) => this.#before(stored, command.before, command.limit))
      case "listRooms":
        return this.#listRooms(command)
      case "probe":
        return true
    }
  }

  #createRoom({ id, name, visibility, at }: Command & { kind: "createRoom" }): Room {
    const room = { id, name, createdAt: new Date(at).toISOString() }
    this.#rooms.set(id, { room, visibility, messages: [], rev: 0, lastAt: at })
    return room
  }

  #join({ roomId, userId, username, avatar, since }: Command & { kind: "join" }): Outcomes["join"] | ChatError {
    const stored = this.#rooms.get(roomId)
    if (stored === undefined) return new ChatError("ERR_ROOM_NOT_FOUND", { details: { roomId } })
    const profile = { username, avatar: avatar === undefined ? (this.#users.get(userId)?.avatar ?? null) : avatar }
    this.#users.set(userId, profile)
    const page =
      since === undefined
        ? this.#before(stored, undefined, limits.historyPageDefault)
        : this.#since(stored, since, limits.sincePageDefault)
    return { room: stored.room, profile, page }
  }

  #send({ roomId, userId, id, type, content, at }: Command & { kind: "send" }): Outcomes["send"] | ChatError {
    const stored = this.#rooms.get(roomId)
    if (stored === undefined || !this.#users.has(userId))
      return new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } })
    const earlier = this.#messages.get(id)
    if (earlier !== undefined) {
      if (earlier.roomId !== roomId || earlier.userId !== userId) {
        return new ChatError("ERR_CONFLICT", { details: { field: "id" } })
      }
      return { message: this.#read(earlier), duplicate: true }
    }
    stored.lastAt = Math.max(stored.lastAt, at)
    const rev = ++stored.rev
    const createdAt = new Date(stored.lastAt).toISOString()
    const message = { id, roomId, seq: rev, rev, type, content, userId, createdAt }
    stored.messages.push(message)
    this.#messages.set(id, message)
    return { message: this.#read(message), duplicate: false }
  }

  #page(roomId: RoomId, read: (stored: StoredRoom) => Page): Page | ChatError {
    const stored = this.#rooms.get(roomId)
    return stored === undefined ? new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } }) : read(stored)
  }

  #before({ messages, rev }: StoredRoom, before: number = Number.MAX_SAFE_INTEGER, limit: number): Page {
    const earlier = messages.filter(({ seq }) => seq < before)
    const page = earlier.slice(-limit).map((message) => this.#read(message))
    return { messages: page, rev, hasMore: earlier.length > limit, reset: false }
  }

  #since(stored: StoredRoom, since: number, limit: number): Page {
    if (since > stored.rev) {
      return { ...this.#before(stored, undefined, Math.min(limit, limits.historyPageDefault)), reset: true }
    }
    const later = stored.messages.filter(({ rev }) => rev > since)
    const page = later.slice(0, limit).map((message) => this.#read(message))
    return { messages: page, rev: stored.rev, hasMore: later.length > limit, reset: false }
  }

  #listRooms(command: Command & { kind: "listRooms" }): RoomPage {
    const { after } = command
    const listed = [...this.#rooms.values()]
      .filter(({ visibility }) => visibility === "public")
      .map(({ room, rev, lastAt }): RoomInList => ({ ...room, createdAt: Date.parse(room.createdAt), rev, lastAt }))
      .filter((room) => after === undefined || inListOrder(after, room) < 0)
      .sort(inListOrder)
    return pickRooms(listed, command)
  }

  /** The author's profile is the one of now: a rename changes no message. */
  #read(message: StoredMessage): Message {
    return { ...message, user: this.#users.get(message.userId) ?? { username: message.userId, avatar: null } }
  }
}

function inListOrder(a: ListPlace, b: ListPlace): number {
  return b.lastAt - a.lastAt || (a.id > b.id ? -1 : 1)
}
