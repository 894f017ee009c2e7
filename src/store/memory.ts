/**
 * The store in memory: the same queue and the same rules over a working set with nothing
 * behind it, for tests that need no disk.
 */

import { takeAround, takeLatest, takePage } from "../chat/page.ts"
import { outranks } from "../chat/rules/access.ts"
import { isPictureFor } from "../chat/rules/files.ts"
import type {
  BannedUser,
  ListedMember,
  OwnDataFound,
  OwnPart,
  OwnRoom,
  Standing,
  UserFound,
} from "../chat/rules/found.ts"
import { mentionedBy } from "../chat/rules/mentions.ts"
import { messageOf, mineOf, unclearTo } from "../chat/rules/message-view.ts"
import { lastMessageOf } from "../chat/rules/my-rooms.ts"
import type { MessageQuery, PageFound, Query, QueryOf } from "../chat/rules/queries.ts"
import { oldAmong } from "../chat/rules/retention.ts"
import type { ListPlace, RoomInList } from "../chat/rules/room-search.ts"
import { Numbered, Reading } from "../chat/rules/rule.ts"
import { type AnyOutcome, apply, type Command, writes } from "../chat/rules/rules.ts"
import type { FileRecord, MemberRecord, MessageRecord, RoomRecord, UserRecord } from "../chat/rules/working-set.ts"
import type { ChatStore, Counts } from "../chat/store.ts"
import type { FileId } from "../contract/files.ts"
import { limits } from "../contract/limits.ts"
import { timeOf } from "../contract/moment.ts"
import type { OwnThing } from "../contract/own-data.ts"
import type { MessageId, RoomId, UserId } from "../contract/values.ts"
import type { Loader } from "./batch.ts"
import { GroupCommit, type GroupCommitOptions } from "./group-commit.ts"
import { OnlyNeeded } from "./only-needed.ts"
import { ownFileOf, ownMessageOf } from "./own-data.ts"
import { type BanChange, type DeletedRoom, expiredAtOnce, type FileChanges, isEmpty } from "./unwritten.ts"

export class MemoryStore implements ChatStore {
  readonly #queue: GroupCommit
  readonly #batch: OnlyNeeded
  readonly #rooms = new Set<RoomRecord>()
  readonly #members = new Set<MemberRecord>()
  #memberPk = 0
  #servedAt = 0
  readonly #users: UserRecord[] = []
  /** When each ban began. */
  readonly #bans = new Map<RoomRecord, Map<UserRecord, number>>()
  readonly #deleters = new Map<RoomId, UserId>()
  readonly #messages = new Map<MessageId, MessageRecord>()
  readonly #files = new Map<FileId, FileRecord>()
  readonly #holders = new Map<FileRecord, MessageRecord>()
  readonly #pictures = new Map<UserRecord, FileId>()
  /** Who has an emoji on a message, in the order they came. */
  readonly #reactions = new Map<string, Set<UserId>>()

  constructor(options: Omit<GroupCommitOptions, "commit">) {
    const loader: Loader = {
      room: () => undefined,
      user: () => undefined,
      message: (id) => this.#current(id),
      file: (id) => this.#files.get(id),
      hasReaction: ({ messageId, userId, emoji }) => this.#reactors(messageId, emoji).has(userId),
      reactors: (messageId, emoji) => [...this.#reactors(messageId, emoji)],
      member: () => undefined,
      isBanned: (room, user) => this.#bans.get(room)?.has(user) === true,
      onlyOne: (onlyOne) => [...this.#rooms].find((room) => room.onlyOne === onlyOne)?.room.id,
      deleterOf: (id) => this.#deleters.get(id),
      heirOf: (room, user) => this.#heirOf(room, user),
      roomsOf: (user) => this.#membershipsOf(user).length,
    }
    this.#batch = new OnlyNeeded(crypto.randomUUID(), loader, options.address)
    // A commit costs nothing here.
    this.#queue = new GroupCommit({
      ...options,
      restMsMax: 0,
      commit: (commands) => commands.map((one) => this.#apply(one)),
    })
    this.submit = this.#queue.submit
  }

  readonly submit: ChatStore["submit"]

  async counts(): Promise<Counts> {
    return { rooms: this.#rooms.size + this.#deleters.size, messages: this.#messages.size }
  }

  close(): Promise<void> {
    return this.#queue.close()
  }

  #apply(command: Command): AnyOutcome {
    this.#batch.command = command
    const isWriting = writes(this.#batch, command)
    const ruled = apply(this.#batch, command)
    const changes = this.#batch.take()
    if (!isWriting && !isEmpty(changes)) throw new Error("The rule says that it writes nothing.")
    const { newRooms, newMessages, changedMessages, reactions, newMembers, removedMembers, files } = changes
    for (const user of changes.newUsers) this.#users.push(Object.assign(user, { pk: this.#users.length + 1 }))
    for (const member of removedMembers) this.#members.delete(member)
    for (const member of newMembers) this.#members.add(Object.assign(member, { pk: ++this.#memberPk }))
    for (const room of newRooms) this.#rooms.add(room)
    for (const ban of changes.bans) this.#ban(ban)
    for (const message of [...newMessages.values(), ...changedMessages.values()])
      this.#messages.set(message.id, message)
    for (const { messageId, userId, emoji, isOn } of reactions.all) {
      const users = this.#reactors(messageId, emoji)
      isOn ? users.add(userId) : users.delete(userId)
    }
    this.#keepFiles(files)
    for (const room of changes.deletedRooms) this.#delete(room)
    if (changes.expireBefore !== undefined) this.#expire(changes.expireBefore)
    this.#servedAt = changes.probedAt ?? this.#servedAt
    if (ruled instanceof Numbered) return ruled.finish()
    return ruled instanceof Reading ? ruled.finish(this.#read(ruled.query) as never) : ruled
  }

  #keepFiles({ added, held, released, pictures, removed }: FileChanges): void {
    for (const record of added) this.#files.set(record.file.id, record)
    for (const [record, message] of held) this.#holders.set(record, message)
    for (const [record, message] of this.#holders) {
      if (released.some(({ id }) => id === message.id)) this.#letGo(record)
    }
    for (const [user, id] of pictures) this.#showPicture(user, id)
    for (const { file } of removed) this.#files.delete(file.id)
  }

  #letGo(record: FileRecord): void {
    this.#holders.delete(record)
    this.#files.set(record.file.id, { ...record, isHeld: false, createdAt: 0 })
  }

  #showPicture(user: UserRecord, id: FileId | undefined): void {
    const before = this.#pictures.get(user)
    if (before === id) return
    const old = before && this.#files.get(before)
    if (old) this.#letGo(old)
    this.#pictures.delete(user)
    const record = id && this.#files.get(id)
    if (!record || !isPictureFor(record, user.id)) return
    this.#files.set(record.file.id, { ...record, isHeld: true })
    this.#pictures.set(user, record.file.id)
  }

  #read(query: Query) {
    switch (query.kind) {
      case "before":
        return this.#page(query, this.#before(query.room, query.before ?? Number.MAX_SAFE_INTEGER))
      case "after":
        return this.#page(query, this.#after(query.room, query.after))
      case "around": {
        const [older, newer] = [this.#before(query.room, query.around + 1), this.#after(query.room, query.around)]
        return this.#seen(query, {
          ...takeAround(older.map(this.#messageOf), newer.map(this.#messageOf), query.limit),
          rev: query.room.rev,
        })
      }
      case "since": {
        const found = this.#messagesOf(query.room, ({ rev }) => rev > query.since).sort((a, b) => a.rev - b.rev)
        return this.#page(query, found)
      }
      case "rooms":
        return this.#list(query)
      case "looseFiles":
        return [...this.#files.values()]
          .filter(({ isHeld, createdAt }) => !isHeld && createdAt < query.before)
          .sort((a, b) => a.createdAt - b.createdAt)
          .slice(0, query.limit)
          .map(({ file }) => file.id)
      case "hashesInUse": {
        const used = new Set([...this.#files.values()].map(({ sha256 }) => sha256))
        return query.hashes.filter((hash) => used.has(hash))
      }
      case "members":
        return this.#membersOf(query.room)
      case "roomsOf":
        return this.#membershipsOf(query.user).map(({ room }) => room.room)
      case "oldRooms":
        return this.#oldRooms(query)
      case "removeOld":
        return this.#removeOld(query)
      case "reclaim":
        return { hasMore: false }
      case "unseen":
        return [...this.#members].some(({ seenAt }) => seenAt < query.before)
      case "servedAt":
        return this.#servedAt
      case "purgeDue":
        return false
      case "banned":
        return this.#bannedOf(query.room)
          .filter(({ place }) => place > query.after)
          .slice(0, query.limit)
      case "users":
        return this.#listUsers(query)
      case "ownRooms":
        return this.#ownRooms(query)
      case "ownData":
        return this.#ownData(query)
      case "changed":
        return query.rooms.map(({ room, since }) => {
          const changed = this.#messagesOf(room, ({ rev, seq }) => rev > since && rev !== seq)
          return new Set(changed.slice(0, query.limit).map(({ seq }) => seq))
        })
      case "standings":
        return query.readers.map(({ userId, readSeq }) => this.#standing(query.room, userId, readSeq))
    }
  }

  readonly #messageOf = (record: MessageRecord) => messageOf(record, this.#batch.address)

  #page(query: MessageQuery, found: readonly MessageRecord[]): PageFound {
    const changes = new Map(found.flatMap(({ rev, extra }) => (extra?.change ? [[rev, extra.change] as const] : [])))
    const take = query.kind === "before" ? takeLatest : takePage
    return this.#seen(query, { ...take(found.map(this.#messageOf), query.limit), rev: query.room.rev, changes })
  }

  #seen({ viewer }: MessageQuery, found: PageFound): PageFound {
    if (viewer === undefined) return found
    const unclear = unclearTo(viewer, found.messages)
    return { ...found, ...mineOf(unclear.filter((key) => this.#reactors(key.messageId, key.emoji).has(viewer))) }
  }

  #before(room: RoomRecord, before: number): MessageRecord[] {
    return this.#present(room, ({ seq }) => seq < before).sort((a, b) => b.seq - a.seq)
  }

  #after(room: RoomRecord, after: number): MessageRecord[] {
    return this.#present(room, ({ seq }) => seq > after).sort((a, b) => a.seq - b.seq)
  }

  #present(room: RoomRecord, wanted: (message: MessageRecord) => boolean): MessageRecord[] {
    return this.#messagesOf(room, (message) => message.extra?.deletedAt === undefined && wanted(message))
  }

  #heirOf(room: RoomRecord, user: UserRecord): UserId | undefined {
    const others = [...this.#members].filter((member) => member.room === room && member.user !== user)
    return others.sort((a, b) => (outranks(a.role, b.role) ? -1 : outranks(b.role, a.role) ? 1 : a.pk - b.pk))[0]?.user
      .id
  }

  #ban({ room, user, at }: BanChange): void {
    const bans = this.#bans.get(room) ?? new Map<UserRecord, number>()
    this.#bans.set(room, bans)
    if (at === undefined) bans.delete(user)
    else bans.set(user, at)
  }

  #bannedOf(room: RoomRecord): BannedUser[] {
    return [...(this.#bans.get(room) ?? [])].map(([{ id: userId, username, avatar }, bannedAt], index) => {
      return { place: index + 1, userId, username, avatar, bannedAt }
    })
  }

  #expire(before: number): void {
    for (const member of [...this.#members].filter(({ seenAt }) => seenAt < before).slice(0, expiredAtOnce)) {
      member.room.members--
      this.#members.delete(member)
      this.#batch.removeMember(member)
    }
    this.#batch.take()
  }

  #delete({ room, by }: DeletedRoom): void {
    this.#rooms.delete(room)
    this.#bans.delete(room)
    this.#deleters.set(room.room.id, by)
    for (const member of this.#members) if (member.room === room) this.#members.delete(member)
    for (const [id, message] of this.#messages) {
      if (message.room === room) this.#messages.set(id, { ...message, content: "" })
    }
  }

  #membersOf(room: RoomRecord): ListedMember[] {
    return [...this.#members]
      .filter((member) => member.room === room)
      .map(({ pk, user, role, joinedAt }) => {
        const { id: userId, username, avatar } = user
        return { pk, userId, username, avatar, role, joinedAt }
      })
  }

  #oldRooms({ at, days, after, limit }: QueryOf<"oldRooms">) {
    const rooms = [...this.#rooms].slice(after, after + limit)
    const looked = rooms.map((room) => {
      const { id, keepDays } = room.room
      return { id, keep_days: keepDays, first: this.#after(room, 0)[0]?.createdAt ?? null }
    })
    return { rooms: oldAmong(looked, { at, days }), next: rooms.length < limit ? undefined : after + limit }
  }

  #removeOld({ room, before, limit }: QueryOf<"removeOld">) {
    const oldest = this.#messagesOf(room, () => true).sort((a, b) => a.seq - b.seq)
    const old = oldest.slice(0, limit).filter(({ createdAt }) => createdAt < before)
    const lastSeq = old.at(-1)?.seq ?? 0
    const gone = new Set(old.map(({ id }) => id))
    for (const id of gone) this.#messages.delete(id)
    for (const [file, { id }] of this.#holders) if (gone.has(id)) this.#letGo(file)
    return { messages: old.length, lastSeq, hasMore: old.length === limit }
  }

  #listUsers({ user, after, limit, sharedWith }: QueryOf<"users">): UserFound[] {
    const mine = sharedWith && new Set(this.#membershipsOf(sharedWith).map(({ room }) => room))
    return this.#users
      .filter((one) => one.pk > after && (user === undefined || one === user))
      .slice(0, limit)
      .map((user) => {
        const { pk, id: userId, username, avatar } = user
        const isShown = !mine || user === sharedWith || this.#membershipsOf(user).some(({ room }) => mine.has(room))
        return { pk, userId, username, avatar, isShown }
      })
  }

  #membershipsOf(user: UserRecord): MemberRecord[] {
    return [...this.#members].filter((member) => member.user === user)
  }

  #ownRooms({ user, member: only, marks, after, limit, onlyOf }: QueryOf<"ownRooms">): OwnRoom[] {
    return this.#membershipsOf(user)
      .filter((member) => member.pk > after && (only === undefined || member === only))
      .filter(({ room: { room, hiddenFor } }) => {
        const isShown = onlyOf === undefined || room.visibility === "public" || onlyOf.includes(room.id)
        return isShown && !hiddenFor.includes(user.id)
      })
      .slice(0, limit)
      .map(({ pk, room, role, notify, readSeq }) => {
        const standing = this.#standing(room, user.id, Math.max(readSeq, marks.get(room.room.id) ?? 0))
        const others = this.#membersOf(room).filter(({ userId }) => userId !== user.id)
        const peers = others.map(({ userId, username, avatar }) => ({ userId, username, avatar }))
        const own = { pk, room: room.room, role, notify, standing }
        return { ...own, peers: room.room.visibility === "direct" ? peers : undefined }
      })
  }

  #ownData({ part, user, after, limit }: QueryOf<"ownData">): OwnDataFound {
    const things = this.#ownThings(part, user).slice(after, after + limit)
    return { things, next: things.length < limit ? undefined : after + limit }
  }

  #ownThings(part: OwnPart, user: UserRecord): OwnThing[] {
    switch (part) {
      case "rooms":
        return this.#membershipsOf(user).map(({ room, role, joinedAt }) => {
          const { id: roomId, name, topic, visibility } = room.room
          return { kind: "room", roomId, name, topic, visibility, role, joinedAt: timeOf(joinedAt) }
        })
      case "messages":
        return [...this.#messages.values()]
          .filter((one) => one.author === user && this.#rooms.has(one.room))
          .map(ownMessageOf)
      case "reactions":
        return [...this.#reactions].flatMap(([key, users]) => {
          const [messageId = "", emoji = ""] = key.split(" ")
          const message = users.has(user.id) ? this.#messages.get(messageId as MessageId) : undefined
          if (message === undefined || !this.#rooms.has(message.room)) return []
          return [{ kind: "reaction" as const, roomId: message.room.room.id, messageId: message.id, emoji }]
        })
      case "files":
        return [...this.#files.values()].filter(({ ownerId }) => ownerId === user.id).map(ownFileOf)
    }
  }

  #standing(room: RoomRecord, userId: UserId, readSeq: number): Standing {
    const present = this.#after(room, 0)
    const last = present.at(-1)
    const unread = present.filter(({ seq, author }) => seq > readSeq && author.id !== userId)
    const concerns = (message: MessageRecord) => mentionedBy(message).some((one) => one === null || one === userId)
    return {
      rev: room.rev,
      readSeq,
      unread: Math.min(unread.length, limits.unreadMax),
      mentions: Math.min(unread.filter(concerns).length, limits.unreadMax),
      lastMessage: last === undefined ? null : lastMessageOf(messageOf(last, "")),
      lastMessageAt: room.rev === 0 ? null : timeOf(room.lastAt),
    }
  }

  #messagesOf(room: RoomRecord, wanted: (message: MessageRecord) => boolean): MessageRecord[] {
    return [...this.#messages.values()]
      .filter((message) => message.room === room && wanted(message))
      .map((message) => this.#current(message.id) ?? message)
  }

  /** With the current state of the message it answers. */
  #current(id: MessageId): MessageRecord | undefined {
    const message = this.#messages.get(id)
    if (message?.extra?.original === undefined) return message
    return { ...message, extra: { ...message.extra, original: this.#messages.get(message.extra.original.id) } }
  }

  #reactors(messageId: MessageId, emoji: string): Set<UserId> {
    const key = `${messageId} ${emoji}`
    const users = this.#reactions.get(key) ?? new Set()
    this.#reactions.set(key, users)
    return users
  }

  #list({ after, limit }: QueryOf<"rooms">): RoomInList[] {
    return [...this.#rooms]
      .filter(({ room: { visibility } }) => visibility === "public")
      .map(({ room: { id, name, topic }, createdAt, rev, lastAt }) => ({ id, name, topic, createdAt, rev, lastAt }))
      .filter((room) => after === undefined || inListOrder(after, room) < 0)
      .sort(inListOrder)
      .slice(0, limit)
  }
}

function inListOrder(a: ListPlace, b: ListPlace): number {
  return b.lastAt - a.lastAt || (a.id > b.id ? -1 : 1)
}
