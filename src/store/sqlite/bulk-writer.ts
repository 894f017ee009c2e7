/**
 * Writes the rows of an import. Sums that other rows hold are written once for each part, and read positions at the
 * end.
 */
import type { Database } from "bun:sqlite"
import { directOf } from "../../chat/rules/direct.ts"
import type { StoredFile } from "../../chat/rules/working-set.ts"
import type { FileId } from "../../contract/files.ts"
import { limits } from "../../contract/limits.ts"
import { isPicture } from "../../contract/picture-types.ts"
import { filesColumn } from "../rows.ts"
import type { Bulk, BulkMember, BulkMessage, BulkRoom } from "./bulk-rows.ts"
import { fileSql } from "./files.ts"

interface RoomState {
  readonly pk: number
  readonly isDeleted: boolean
  rev: number
  lastAt: number
  members: number
}

/** `told` runs each piece of work, and reports why one fails. */
export function bulkOn(
  db: Database,
  told: <T>(work: () => T) => T,
): { readonly bulk: Omit<Bulk, "rest">; readonly finish: () => void; readonly end: () => void } {
  const writer = new BulkWriter(db)
  const bulk: Omit<Bulk, "rest"> = {
    has: (id) => told(() => writer.has(id)),
    user: (user) => told(() => writer.user(user)),
    room: (room) => told(() => writer.room(room)),
    member: (member) => told(() => writer.member(member)),
    file: (file) => told(() => writer.file(file)),
    message: (message) => told(() => writer.message(message)),
  }
  return { bulk, finish: () => writer.finish(), end: () => writer.end() }
}

class BulkWriter {
  readonly #sql: ReturnType<typeof prepare>
  readonly #users = new Map<string, number>()
  readonly #rooms = new Map<string, RoomState>()
  #added = { rooms: 0, messages: 0 }
  #isPrivate = false

  constructor(db: Database) {
    this.#sql = prepare(db)
  }

  has(id: string): boolean {
    return this.#sql.known.get({ id }) !== null
  }

  user(user: Parameters<Bulk["user"]>[0]): void {
    this.#sql.addUser.run({ ...user })
  }

  room(room: BulkRoom): void {
    const onlyOne = room.visibility === "direct" ? directOf(room.people) : null
    const { name, topic } = room.visibility === "direct" ? { name: "Direct", topic: "" } : room
    const { id, visibility, at } = room
    const earlier = onlyOne === null ? null : this.#sql.direct.get({ onlyOne })
    if (earlier === null) {
      const { changes } = this.#sql.addRoom.run({ id, visibility, at, name, topic, onlyOne })
      this.#added.rooms += changes
      this.#isPrivate ||= changes > 0 && (visibility === "direct" || visibility === "private")
    }
    const row = this.#sql.room.get({ id: earlier?.id ?? id })
    if (row === null) throw new Error(`room ${id} was not written`)
    const { pk, rev, last_at: lastAt, members, deleted_at } = row
    this.#rooms.set(id, { pk, rev, lastAt, members, isDeleted: deleted_at !== null })
  }

  member({ roomId, userId, role, at }: BulkMember): ReturnType<Bulk["member"]> {
    const room = this.#room(roomId)
    const place = { room: room.pk, user: this.#user(userId) }
    if (room.isDeleted || this.#sql.member.get(place) !== null) return "known"
    const rooms = this.#sql.roomsOf.get({ user: place.user })?.count ?? 0
    if (room.members >= limits.membersPerRoomMax || rooms >= limits.roomsPerUserMax) return "full"
    this.#sql.addMember.run({ ...place, role, at, seenAt: Date.now() })
    room.members++
    return "added"
  }

  readonly file: Bulk["file"] = (file) => this.#sql.files.add(file)

  message(message: BulkMessage): boolean {
    const { id, roomId, userId, content, at, editedAt, replyTo, reactions } = message
    const room = this.#room(roomId)
    if (room.isDeleted || this.has(id)) return false
    room.rev++
    room.lastAt = Math.max(room.lastAt, at)
    const original = replyTo === undefined ? null : this.#sql.seq.get({ id: replyTo })
    const files = this.#filesOf(message.fileIds)
    const place = { room: room.pk, seq: room.rev, createdAt: room.lastAt }
    const row = { id, author: this.#user(userId), content, editedAt, extra: extraOf(message) }
    const { lastInsertRowid } = this.#sql.addMessage.run({
      ...place,
      ...row,
      type: content === "" && isPicture(files[0]?.mimeType ?? "") ? "image" : "text",
      replyTo: original && Math.abs(original.seq),
      files: filesColumn(files),
    })
    const pk = Number(lastInsertRowid)
    for (const { emoji, userIds } of reactions)
      for (const reactor of userIds) this.#sql.addReaction.run({ message: pk, emoji, reactor: this.#user(reactor) })
    for (const file of files) this.#sql.hold.run({ message: pk, id: file.id })
    this.#added.messages++
    this.#mention(message, original?.author, place)
    return true
  }

  /** Completes a part, which may be all that this process writes. */
  finish(): void {
    for (const { pk, rev, lastAt, members, isDeleted } of this.#rooms.values())
      if (!isDeleted) this.#sql.setRoom.run({ pk, rev, lastAt, members })
    this.#sql.count.run(this.#added)
    this.#added = { rooms: 0, messages: 0 }
    // With `AUTH=open`, private rooms would be open to everybody.
    if (this.#isPrivate) this.#sql.close.run()
  }

  /** The last part also completes those that another process has written. */
  end(): void {
    this.finish()
    this.#sql.setRead.run()
  }

  /** What the message shows of its files. */
  #filesOf(ids: readonly FileId[] = []): StoredFile[] {
    return ids.flatMap((id) => this.#sql.files.load(id)?.file ?? [])
  }

  /** As in the rules: those who are named, and the author of the original, but not the author of the message. */
  #mention(message: BulkMessage, answered: number | undefined, { room, seq }: { room: number; seq: number }): void {
    const mentioned = new Set((message.mentions ?? []).map((id) => this.#user(id)))
    if (answered !== undefined) mentioned.add(answered)
    mentioned.delete(this.#user(message.userId))
    for (const user of mentioned) this.#sql.addMention.run({ room, user, seq })
  }

  #room(id: string): RoomState {
    const room = this.#rooms.get(id)
    if (room === undefined) throw new Error(`no room ${id} has come before`)
    return room
  }

  #user(id: string): number {
    const known = this.#users.get(id) ?? this.#sql.user.get({ id })?.pk
    if (known === undefined) throw new Error(`no user ${id} has come before`)
    this.#users.set(id, known)
    return known
  }
}

function extraOf({ reactions, mentions = [] }: BulkMessage): string | null {
  const told = reactions.map(({ emoji, userIds }) => {
    return { emoji, count: userIds.length, userIds: userIds.slice(0, limits.reactorsTold) }
  })
  if (told.length === 0 && mentions.length === 0) return null
  return JSON.stringify({ ...(mentions.length > 0 && { mentions }), ...(told.length > 0 && { reactions: told }) })
}

function prepare(db: Database) {
  return {
    files: fileSql(db),
    addUser: db.query(
      "INSERT OR IGNORE INTO users (id, username, avatar, created_at, updated_at) VALUES ($id, $username, $avatar, $at, $at)",
    ),
    user: db.query<{ pk: number }, { id: string }>("SELECT pk FROM users WHERE id = $id"),
    addRoom: db.query(
      `INSERT OR IGNORE INTO rooms (id, name, visibility, creator_id, created_at, rev, last_at, topic, only_one)
       VALUES ($id, $name, $visibility, NULL, $at, 0, $at, $topic, $onlyOne)`,
    ),
    direct: db.query<{ id: string }, { onlyOne: string }>("SELECT id FROM rooms WHERE only_one = $onlyOne"),
    room: db.query<
      { pk: number; rev: number; last_at: number; members: number; deleted_at: number | null },
      { id: string }
    >("SELECT pk, rev, last_at, members, deleted_at FROM rooms WHERE id = $id"),
    setRoom: db.query(
      "UPDATE rooms SET rev = $rev, last_at = $lastAt, access_rev = access_rev + (members <> $members), members = $members WHERE pk = $pk",
    ),
    member: db.query<unknown, { room: number; user: number }>(
      "SELECT 1 FROM members WHERE room = $room AND member = $user UNION ALL SELECT 1 FROM bans WHERE room = $room AND banned = $user",
    ),
    roomsOf: db.query<{ count: number }, { user: number }>(
      `SELECT count(*) AS count FROM (SELECT 1 FROM members WHERE member = $user LIMIT ${limits.roomsPerUserMax})`,
    ),
    addMember: db.query(
      "INSERT INTO members (room, member, role, joined_at, read_seq, seen_at) VALUES ($room, $user, $role, $at, -1, $seenAt)",
    ),
    // For all members that this import has added: -1 marks them, which nobody can have read to.
    setRead: db.query(
      "UPDATE members SET read_seq = (SELECT rev FROM rooms WHERE pk = members.room) WHERE read_seq = -1",
    ),
    // Reads only the index: each message that comes again is looked up.
    known: db.query<unknown, { id: string }>("SELECT 1 FROM messages WHERE id = $id"),
    seq: db.query<{ seq: number; author: number }, { id: string }>("SELECT seq, author FROM messages WHERE id = $id"),
    addMessage: db.query(
      `INSERT INTO messages (room, seq, rev, id, author, type, content, created_at, edited_at, reply_to, files, extra)
       VALUES ($room, $seq, $seq, $id, $author, $type, $content, $createdAt, $editedAt, $replyTo, $files, $extra)`,
    ),
    addReaction: db.query(
      "INSERT OR IGNORE INTO reactions (message, emoji, reactor) VALUES ($message, $emoji, $reactor)",
    ),
    addMention: db.query("INSERT OR IGNORE INTO mentions (room, mentioned, seq) VALUES ($room, $user, $seq)"),
    hold: db.query("UPDATE files SET message = $message WHERE id = $id AND message IS NULL"),
    count: db.query("UPDATE totals SET rooms = rooms + $rooms, messages = messages + $messages"),
    close: db.query("UPDATE access SET auth = 'accounts', revision = revision + 1 WHERE auth = 'open'"),
  }
}
