/**
 * A store that several servers share, in the order that `ChatStore` promises: a send is
 * settled in its place among the changes of all servers, and a page ends exactly where
 * live events go on.
 *
 * A room is followed from the first page that is asked of it, for as long as members of
 * this server are in it: its channel is heard before the page is read, so nothing is
 * between the two. What the channel loses is read here, from the store.
 */

import type { Eviction, RoomChange } from "../chat/neighbours.ts"
import type { Changed } from "../chat/rules/changes.ts"
import type { Page } from "../chat/rules/found.ts"
import type { Sent } from "../chat/rules/messages.ts"
import type { RoomPage } from "../chat/rules/room-search.ts"
import type { Joined } from "../chat/rules/rooms.ts"
import type { AnyOutcome, Command } from "../chat/rules/rules.ts"
import { deletedAccessRev, type Strangers } from "../chat/rules/upkeep.ts"
import type { ChatStore, Settle } from "../chat/store.ts"
import type { MessageChange } from "../contract/changes.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { Message } from "../contract/messages.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { type Change, Feed } from "./feed.ts"
import type { PageCommand } from "./fold.ts"
import { fold } from "./fold.ts"

/** What is missing has this long to come by itself. */
export const gapMs = 30
/** A store that failed is left alone for as long. */
const retryMs = 250
/** Pages that a room is behind by when this server stops: its clients read what is left elsewhere. */
const lastReadsMax = 5
/** A room that everybody left is followed a little longer: they often come back. */
const lingerMs = 5_000

export interface OrderedStoreOptions {
  readonly inner: ChatStore
  readonly elapsedMs: () => number
  /** Tells this server's members. */
  readonly tell: (change: RoomChange) => void
  /** Tells the other servers, as soon as possible or never. */
  readonly publish: (roomId: RoomId, change: RoomChange) => void
  /** Resolves once the room is heard, or cannot be for now. Never rejects. */
  readonly follow: (roomId: RoomId) => Promise<void>
  readonly unfollow: (roomId: RoomId) => void
  /** Whether members of this server are in the room. */
  readonly isInhabited: (roomId: RoomId) => boolean
  readonly usersIn: (roomId: RoomId) => readonly UserId[]
  /** They are no members any more, and nobody has said so. */
  readonly evict: (eviction: Eviction) => void
  /** Who is where on other servers, as far as is known. */
  readonly countMembers: (roomIds: readonly RoomId[]) => Promise<ReadonlyMap<RoomId, number>>
  /** Something may be missing: `tick` is to be called a hundred times a second, until it says that nothing is. */
  readonly onBehind: () => void
  /** Names the life of the data that a page is of; whether it is the one that is known. */
  readonly isSameLife: (epoch: string) => boolean
}

interface Told extends RoomChange, Change {}

interface Room {
  readonly roomId: RoomId
  readonly feed: Feed<Told>
  readonly followed: Promise<void>
  isFollowed: boolean
  /** For each page that is under way: what was told since it was asked for. */
  readonly pages: Set<Message[]>
  isReading: boolean
  /** What is known of its access: whoever joins by an older one is let in by the store once more. */
  accessRev: number
  /** Up to there it was looked who of those here may stay. */
  checkedAccessRev: number | undefined
  /** Not before then, after the store failed. */
  readAgainMs: number
  idleSinceMs: number
}

export class OrderedStore implements ChatStore {
  readonly #options: OrderedStoreOptions
  readonly #rooms = new Map<RoomId, Room>()
  /** Those in which something may be missing. */
  readonly #behind = new Set<Room>()
  #isClosing = false

  constructor(options: OrderedStoreOptions) {
    this.#options = options
  }

  readonly submit: ChatStore["submit"] = (command, settle) => {
    if (this.#isClosing) throw new ChatError("ERR_BUSY")
    const any: Command = command
    // Settled with the outcome of its own kind, as by the store itself.
    const settleAny = settle as Settle<AnyOutcome>
    switch (any.kind) {
      case "send":
        return this.#options.inner.submit(any, (sent) => this.#sent(sent, settleAny))
      case "edit":
      case "delete":
      case "react":
        return this.#options.inner.submit(any, (changed) => this.#changed(changed, settleAny))
      case "join":
      case "pageSince":
      case "pageBefore":
      case "pageAfter":
      case "pageAround":
        return this.#page(any, settleAny)
      case "leaveForGood":
      case "removeMember":
        return this.#options.inner.submit(any, (change) => {
          if (!(change instanceof ChatError)) this.#raiseAccess(any.roomId, change.accessRev)
          settleAny(change)
        })
      case "deleteRoom":
        return this.#options.inner.submit(any, (deleted) => {
          if (!(deleted instanceof ChatError)) this.#raiseAccess(any.roomId, deletedAccessRev)
          settleAny(deleted)
        })
      case "listRooms":
        return this.#options.inner.submit(any, (page) => void this.#listed(page, settleAny))
      default:
        return this.#options.inner.submit(command, settle)
    }
  }

  counts() {
    return this.#options.inner.counts()
  }

  /** Whatever was accepted is told in its place, and answered then. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#tellAll()
    await this.#options.inner.close()
    this.#endAll()
  }

  /** From another server, in any order. */
  heard(roomId: RoomId, change: RoomChange): void {
    const room = this.#rooms.get(roomId)
    if (room !== undefined) this.#offer(room, change)
  }

  /** Calls `run` once the room's members here have been told as much. */
  after(roomId: RoomId, rev: number, run: () => void): void {
    const room = this.#rooms.get(roomId)
    if (room === undefined || room.feed.told === undefined) run()
    else {
      room.feed.after(rev, this.#options.elapsedMs(), run)
      this.#watch(room)
    }
  }

  /** Puts somebody out who was removed elsewhere; whoever is being let in meanwhile is asked about again. */
  evicted({ roomId, accessRev }: Pick<Eviction, "roomId" | "accessRev">, putOut: () => void): void {
    this.#raiseAccess(roomId, accessRev)
    putOut()
  }

  /** Where it is not what it was, looks who of those here may stay. */
  knowsAccess(roomId: RoomId, accessRev: number): void {
    const room = this.#rooms.get(roomId)
    if (room === undefined) return
    this.#raiseAccess(roomId, accessRev)
    if (room.checkedAccessRev !== undefined && room.checkedAccessRev < accessRev) this.#check(room)
  }

  told(roomId: RoomId): number {
    return this.#rooms.get(roomId)?.feed.told ?? 0
  }

  /** The rooms of which somebody here must miss nothing. */
  followed(): RoomId[] {
    return [...this.#rooms.keys()]
  }

  /** Whether it is to be heard, though it may not be yet. */
  follows(roomId: RoomId): boolean {
    return this.#rooms.has(roomId)
  }

  isFollowed(roomId: RoomId): boolean {
    return this.#rooms.get(roomId)?.isFollowed === true
  }

  knowsHeads(revs: ReadonlyMap<RoomId, number>): void {
    const nowMs = this.#options.elapsedMs()
    for (const [roomId, rev] of revs) {
      const room = this.#rooms.get(roomId)
      room?.feed.knows(rev, nowMs)
      if (room !== undefined) this.#watch(room)
    }
  }

  /** Numbers count from elsewhere now: whoever is here begins anew. */
  forget(): void {
    this.#endAll()
  }

  /** Reads what is missing. Whether anything is. */
  tick(): boolean {
    const nowMs = this.#options.elapsedMs()
    for (const room of this.#behind) {
      if (!room.feed.isBehind) this.#behind.delete(room)
      else if (room.feed.isLate(nowMs, gapMs)) this.#catchUp(room)
    }
    return this.#behind.size > 0
  }

  /** Lets go of rooms that nobody is in. Call it every few seconds. */
  sweep(): void {
    const nowMs = this.#options.elapsedMs()
    for (const [roomId, room] of this.#rooms) {
      if (room.pages.size > 0 || this.#options.isInhabited(roomId)) room.idleSinceMs = nowMs
      else if (nowMs - room.idleSinceMs >= lingerMs) this.#drop(roomId, room)
    }
  }

  #sent(sent: Sent | ChatError, settle: Settle<Sent>): void {
    if (sent instanceof ChatError) settle(sent)
    else if (sent.duplicate) this.#repeated(sent, () => settle(sent))
    else this.#stored(sent, () => settle({ ...sent, isTold: true }))
  }

  #changed(changed: Changed | ChatError, settle: Settle<Changed>): void {
    if (changed instanceof ChatError) settle(changed)
    else if (changed.change === undefined) this.#repeated(changed, () => settle(changed))
    else this.#stored(changed, () => settle({ ...changed, isTold: true }))
  }

  /** Stored by another server, perhaps, and not told here yet: the answer is the last that is heard of it. */
  #repeated({ message: { roomId, rev } }: RoomChange, done: () => void): void {
    this.after(roomId, rev, done)
  }

  /** By this server; `done` is called when its members have been told. */
  #stored({ message, change }: RoomChange, done: () => void): void {
    const told = change === undefined ? { message } : { message, change }
    this.#options.publish(message.roomId, told)
    const room = this.#rooms.get(message.roomId)
    if (room === undefined) done()
    else this.#offer(room, told, done)
  }

  /** Reads what is missing, as long as there is a store to read it from. */
  async #tellAll(): Promise<void> {
    for (let round = 0; round < lastReadsMax; round++) {
      await this.#drained()
      const late = [...this.#rooms.values()].filter(({ feed }) => feed.isBehind)
      if (late.length === 0) return
      for (const room of late) this.#catchUp(room)
    }
    await this.#drained()
  }

  /** Commands settle in their order: whatever was submitted before is settled. */
  #drained(): Promise<void> {
    return new Promise((resolve) =>
      this.#submit(
        { kind: "heads", roomIds: [] },
        () => resolve(),
        () => resolve(),
      ),
    )
  }

  #page(command: PageCommand, settle: Settle<AnyOutcome>): void {
    const { roomId } = command
    const room = this.#follow(roomId)
    const meanwhile: Message[] = []
    room.pages.add(meanwhile)
    const finish = (outcome: AnyOutcome) => {
      room.pages.delete(meanwhile)
      settle(outcome)
    }
    const read = () => {
      this.#options.inner.submit(command, (outcome) => this.#place(room, command, outcome, meanwhile, finish))
    }
    if (room.isFollowed) {
      try {
        read()
      } catch (cause) {
        room.pages.delete(meanwhile)
        throw cause
      }
      return
    }
    void room.followed.then(() => {
      try {
        read()
      } catch (cause) {
        finish(cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause }))
      }
    })
  }

  /** Gives the page where the room's members here have been told all that is in it. */
  #place(
    room: Room,
    command: PageCommand,
    outcome: AnyOutcome,
    meanwhile: readonly Message[],
    finish: (outcome: AnyOutcome) => void,
  ): void {
    if (outcome instanceof ChatError) {
      finish(outcome)
      return
    }
    if (command.kind === "join" && (outcome as Joined).accessRev < room.accessRev) {
      this.#submit(command, (again) => this.#place(room, command, again, meanwhile, finish), finish)
      return
    }
    const page = pageOf(outcome)
    if (!this.#options.isSameLife(page.epoch) || this.#rooms.get(command.roomId) !== room) {
      finish(new ChatError("ERR_BUSY"))
      return
    }
    if (command.kind === "join") room.checkedAccessRev ??= (outcome as Joined).accessRev
    const nowMs = this.#options.elapsedMs()
    const { feed } = room
    feed.begin(page.rev, nowMs)
    // Where the page reaches down to what was told, nothing more has to be read.
    for (const told of toldBy(page)) feed.offer(told, nowMs)
    this.#watch(room)
    feed.afterAll(
      endOf(page),
      nowMs,
      () => {
        // Removed while this waited for its turn.
        if (command.kind === "join" && (outcome as Joined).accessRev < room.accessRev)
          this.#place(room, command, outcome, meanwhile, finish)
        else finish(withPage(outcome, fold(command, page, meanwhile, feed.told ?? page.rev)))
      },
      (cause) => finish(new ChatError("ERR_STORAGE", { cause })),
    )
    if (feed.isBehind) this.#catchUp(room)
  }

  async #listed(page: RoomPage | ChatError, settle: Settle<RoomPage>): Promise<void> {
    if (page instanceof ChatError) return settle(page)
    const others = page.rooms.map(({ id }) => id).filter((id) => !this.isFollowed(id))
    const counts = others.length === 0 ? new Map() : await this.#options.countMembers(others)
    settle({
      ...page,
      rooms: page.rooms.map((room) =>
        this.isFollowed(room.id) ? room : { ...room, memberCount: counts.get(room.id) ?? 0 },
      ),
    })
  }

  #raiseAccess(roomId: RoomId, accessRev: number): void {
    const room = this.#rooms.get(roomId)
    if (room !== undefined) room.accessRev = Math.max(room.accessRev, accessRev)
  }

  #check(room: Room): void {
    const { roomId } = room
    const userIds = this.#options.usersIn(roomId)
    const finish = (found: Strangers | ChatError) => {
      if (found instanceof ChatError) return
      const { accessRev } = found
      room.checkedAccessRev = Math.max(room.checkedAccessRev ?? 0, accessRev)
      for (const userId of found.userIds) this.#options.evict({ roomId, userId, accessRev })
    }
    this.#submit({ kind: "strangers", roomId, userIds }, finish, finish)
  }

  /** Where the queue is full, it settles with that. */
  #submit<C extends Command>(
    command: C,
    settle: Parameters<typeof this.submit<C>>[1],
    refuse: (cause: ChatError) => void,
  ): void {
    try {
      this.#options.inner.submit(command, settle)
    } catch (cause) {
      refuse(cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause }))
    }
  }

  #follow(roomId: RoomId): Room {
    const known = this.#rooms.get(roomId)
    if (known !== undefined) return known
    const pages = new Set<Message[]>()
    const feed = new Feed<Told>(({ message, change }, isNew) => {
      for (const page of pages) page.push(message)
      // Whoever is here has never heard of what is deleted already.
      this.#options.tell(isNew && message.deletedAt === undefined ? { message } : { message, change })
    })
    const idleSinceMs = this.#options.elapsedMs()
    const followed = this.#options.follow(roomId).then(() => {
      room.isFollowed = true
    })
    const room: Room = {
      roomId,
      feed,
      followed,
      isFollowed: false,
      pages,
      isReading: false,
      accessRev: 0,
      checkedAccessRev: undefined,
      readAgainMs: -Infinity,
      idleSinceMs,
    }
    this.#rooms.set(roomId, room)
    return room
  }

  #offer(room: Room, { message, change }: RoomChange, done?: () => void): void {
    room.feed.offer(toldOf(message, change), this.#options.elapsedMs(), done)
    this.#watch(room)
  }

  #watch(room: Room): void {
    if (!room.feed.isBehind) return
    if (this.#behind.size === 0) this.#options.onBehind()
    this.#behind.add(room)
  }

  #catchUp(room: Room): void {
    const { roomId } = room
    const since = room.feed.told
    if (room.isReading || since === undefined || this.#options.elapsedMs() < room.readAgainMs) return
    room.isReading = true
    const finish = (page: Page | ChatError) => {
      room.isReading = false
      if (page instanceof ChatError) return this.#failed(room, page)
      // Those who were here are sent away.
      if (!this.#options.isSameLife(page.epoch)) return
      const end = page.hasMore ? (page.messages.at(-1)?.rev ?? since) : page.rev
      room.feed.read(since, toldBy(page), end, this.#options.elapsedMs())
      if (page.hasMore) this.#catchUp(room)
    }
    try {
      const limit = limits.pageLengthMax
      this.#options.inner.submit({ kind: "pageSince", roomId, since, epoch: undefined, limit }, finish)
    } catch (cause) {
      room.isReading = false
      this.#failed(room, cause)
    }
  }

  #failed(room: Room, cause: unknown): void {
    room.readAgainMs = this.#options.elapsedMs() + retryMs
    room.feed.fail(cause)
  }

  #drop(roomId: RoomId, room: Room): void {
    this.#rooms.delete(roomId)
    this.#behind.delete(room)
    this.#options.unfollow(roomId)
    room.feed.end(new ChatError("ERR_BUSY"))
  }

  #endAll(): void {
    for (const [roomId, room] of [...this.#rooms]) this.#drop(roomId, room)
  }
}

function toldOf(message: Message, change: MessageChange | undefined): Told {
  return { rev: message.rev, seq: message.seq, message, change }
}

/** As far as a page tells: of several changes of a message, it has the last. */
function toldBy({ messages, changes }: Page): Told[] {
  return messages.map((message) => toldOf(message, changes?.get(message.rev))).sort((a, b) => a.rev - b.rev)
}

/** Where its room stood, or beyond: what others changed while it was read is in it as it is then. */
function endOf({ rev, messages }: Page): number {
  return messages.reduce((end, message) => Math.max(end, message.rev), rev)
}

function pageOf(outcome: AnyOutcome): Page {
  return (typeof outcome === "object" && "page" in outcome ? outcome.page : outcome) as Page
}

function withPage(outcome: AnyOutcome, page: Page): AnyOutcome {
  return typeof outcome === "object" && "page" in outcome ? { ...outcome, page } : page
}
