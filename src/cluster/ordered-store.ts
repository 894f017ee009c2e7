/**
 * A store that several servers share, in the order that `ChatStore` promises: a send is
 * settled in its place among the changes of all servers, and a page ends exactly where live
 * events continue.
 *
 * A room is followed from the first page that is asked of it, for as long as members of
 * this server are in it. `access` knows who may be in it, `catch-up` reads what its channel
 * lost, and `pages` decides where pages end.
 */
import type { RoomChange } from "../chat/neighbours.ts"
import type { Changed } from "../chat/rules/changes.ts"
import type { Sent } from "../chat/rules/messages.ts"
import type { RoomPage } from "../chat/rules/room-search.ts"
import type { AnyOutcome, Command } from "../chat/rules/rules.ts"
import { deletedAccessRev } from "../chat/rules/upkeep.ts"
import type { ChatStore, Settle } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import type { RoomId } from "../contract/values.ts"
import { CatchUp, type CatchUpOptions } from "./catch-up.ts"
import { FollowedRoom, type FollowOptions } from "./followed-room.ts"
import { Pages } from "./pages.ts"

interface OrderedStoreOptions extends FollowOptions, CatchUpOptions {
  /** Tells the other servers, as soon as possible or never. */
  readonly publish: (roomId: RoomId, change: RoomChange) => void
  readonly unfollow: (roomId: RoomId) => void
  /** How many people are in rooms, on all servers, as far as is known. */
  readonly countMembers: (roomIds: readonly RoomId[]) => Promise<ReadonlyMap<RoomId, number>>
}

export class OrderedStore implements ChatStore {
  readonly #options: OrderedStoreOptions
  readonly #rooms = new Map<RoomId, FollowedRoom>()
  readonly #catchUp: CatchUp
  readonly #pages: Pages
  #isClosing = false

  constructor(options: OrderedStoreOptions) {
    this.#options = options
    this.#catchUp = new CatchUp(options)
    this.#pages = new Pages({ ...options, catchUp: this.#catchUp })
  }

  readonly submit: ChatStore["submit"] = (command, settle) => {
    if (this.#isClosing) throw new ChatError("ERR_BUSY")
    const any: Command = command
    // Settled with the outcome of its own kind, as the store does.
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
        return this.#pages.read(this.#follow(any.roomId), any, settleAny)
      case "leaveForGood":
      case "removeMember":
        return this.#options.inner.submit(any, (change) => {
          if (!(change instanceof ChatError)) this.raiseAccess(any.roomId, change.accessRev)
          settleAny(change)
        })
      case "deleteRoom":
        return this.#options.inner.submit(any, (deleted) => {
          if (!(deleted instanceof ChatError)) this.raiseAccess(any.roomId, deletedAccessRev)
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

  /** What was accepted is told in its place, and then answered. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#catchUp.readAll()
    await this.#options.inner.close()
    this.forget()
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
      this.#catchUp.watch(room)
    }
  }

  /** Whoever was let in by a lower number is checked again. */
  raiseAccess(roomId: RoomId, accessRev: number): void {
    this.#rooms.get(roomId)?.access.raise(accessRev)
  }

  /** If it has changed, checks who of those here may stay. */
  knowsAccess(roomId: RoomId, accessRev: number): void {
    this.#rooms.get(roomId)?.access.found(accessRev)
  }

  told(roomId: RoomId): number {
    return this.#rooms.get(roomId)?.feed.told ?? 0
  }

  /** The rooms of which this server must miss nothing. */
  followed(): RoomId[] {
    return [...this.#rooms.keys()]
  }

  /** Whether the room is followed, even if it is not heard yet. */
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
      if (room === undefined) continue
      room.feed.knows(rev, nowMs)
      this.#catchUp.watch(room)
    }
  }

  /** The numbers of a new epoch count from elsewhere: everybody here starts over. */
  forget(): void {
    for (const room of [...this.#rooms.values()]) this.#drop(room)
  }

  /** Reads what is missing. Returns whether anything is. */
  tick(): boolean {
    return this.#catchUp.tick()
  }

  /** Drops rooms that nobody is in. Call it every few seconds. */
  sweep(): void {
    const nowMs = this.#options.elapsedMs()
    for (const room of this.#rooms.values()) if (room.isIdle(nowMs)) this.#drop(room)
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

  /** Another server may have stored it, and it was not told here yet: it is told before it is answered. */
  #repeated({ message: { roomId, rev } }: RoomChange, done: () => void): void {
    this.after(roomId, rev, done)
  }

  /** Stored by this server; `done` is called when its members have been told. */
  #stored({ message, change }: RoomChange, done: () => void): void {
    const told = change === undefined ? { message } : { message, change }
    this.#options.publish(message.roomId, told)
    const room = this.#rooms.get(message.roomId)
    if (room === undefined) done()
    else this.#offer(room, told, done)
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

  #follow(roomId: RoomId): FollowedRoom {
    const known = this.#rooms.get(roomId)
    if (known !== undefined) return known
    const room = new FollowedRoom(roomId, this.#options)
    this.#rooms.set(roomId, room)
    return room
  }

  #offer(room: FollowedRoom, change: RoomChange, done?: () => void): void {
    room.offer(change, done)
    this.#catchUp.watch(room)
  }

  #drop(room: FollowedRoom): void {
    this.#rooms.delete(room.roomId)
    this.#catchUp.forget(room)
    this.#options.unfollow(room.roomId)
    room.end()
  }
}
