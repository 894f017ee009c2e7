/**
 * The store on bun:sqlite: one file, one writer, one transaction per batch.
 *
 * Rooms and users are looked up once and kept, since the file belongs to this process
 * alone; a batch that fails drops what was kept and reads it again. A room's counter is
 * raised in memory for each message and written once per batch, in its transaction.
 */
import { Database, type Statement } from "bun:sqlite"
import { pickRooms, roomsNeeded } from "../../chat/room-search.ts"
import type { ChatStore, Command, Outcomes, Page, RoomPage } from "../../chat/store.ts"
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { Message, Room, RoomId, UserId } from "../../contract/schemas.ts"
import { codeOf } from "../../observe/operator-error.ts"
import { type AnyOutcome, GroupCommit, type GroupCommitOptions } from "../group-commit.ts"
import { filesInPlace } from "./in-place.ts"
import { checkVersion, migrate } from "./migrate.ts"
import { type MessageRow, Pages, toMessage } from "./pages.ts"

/** About 10 MB of rooms and users; all are dropped when one more comes, which a small team never sees. */
const keptMaxDefault = 50_000

/** How long the start waits for another program that holds the file locked. It blocks, as nothing is served yet. */
const openTimeoutMs = 2_000

/** While serving, a batch asks for the lock this often before it gives up; in between, everything else goes on. */
const lockAttemptsMax = 10
const lockRetryMs = 10

/** A log that grew beyond this under a long read, such as a backup, is cut back afterwards. */
const logBytesKept = 16 * 1024 * 1024

export interface SqliteStoreOptions extends Omit<GroupCommitOptions, "commit"> {
  readonly release: () => void
  /** Rooms and users that are kept in memory. */
  readonly keptMax?: number
}

interface KeptRoom {
  readonly pk: number
  readonly id: RoomId
  readonly room: Room
  rev: number
  lastAt: number
}

interface KeptUser {
  readonly pk: number
  username: string
  avatar: string | null
}

export class SqliteStore implements ChatStore {
  readonly #db: Database
  readonly #sql: Statements
  readonly #pages: Pages
  readonly #queue: GroupCommit
  readonly #rooms = new Map<RoomId, KeptRoom>()
  readonly #users = new Map<UserId, KeptUser>()
  /** Rooms whose counter this batch has raised. */
  readonly #raised = new Set<KeptRoom>()
  #newRooms = 0
  #newMessages = 0

  readonly #onFailure: (cause: unknown) => void
  readonly #release: () => void
  readonly #keptMax: number
  readonly #checkPlace: () => void

  /** Takes a database that `openDatabase` prepared, closes it at the end, and calls `release` after that. */
  constructor(db: Database, { release, keptMax = keptMaxDefault, ...options }: SqliteStoreOptions) {
    // SQLite's own wait for a lock would block the event loop.
    db.run("PRAGMA busy_timeout = 0")
    this.#db = db
    this.#onFailure = options.onFailure
    this.#release = release
    this.#keptMax = keptMax
    this.#checkPlace = db.filename === ":memory:" ? () => {} : filesInPlace(db)
    this.#sql = prepare(db)
    this.#pages = new Pages(db)
    this.#queue = new GroupCommit({ ...options, commit: (commands) => this.#commit(commands) })
    this.submit = this.#queue.submit
  }

  readonly submit: ChatStore["submit"]

  counts(): { rooms: number; messages: number } {
    return this.#sql.counts.get() ?? { rooms: 0, messages: 0 }
  }

  async close(): Promise<void> {
    await this.#queue.close()
    try {
      this.#db.run("PRAGMA wal_checkpoint(TRUNCATE)")
    } catch (cause) {
      // Loses nothing, and must not keep the server from stopping: the log is read again at the next start.
      this.#onFailure(cause)
    }
    this.#db.close()
    this.#release()
  }

  /** What reads is answered even if nothing can be written. */
  async #commit(commands: readonly Command[]): Promise<readonly AnyOutcome[]> {
    try {
      return await this.#transact(commands)
    } catch (cause) {
      const readers = commands.filter((command) => !this.#writes(command))
      if (readers.length === 0 || readers.length === commands.length) throw cause
      this.#onFailure(cause)
      const outcomes = await this.#transact(readers)
      const read = new Map(readers.map((command, index) => [command, outcomes[index]]))
      return commands.map((command) => read.get(command) ?? new ChatError("ERR_STORAGE", { cause }))
    }
  }

  async #transact(commands: readonly Command[]): Promise<readonly AnyOutcome[]> {
    const toWrite = commands.some((command) => this.#writes(command))
    await this.#begin(toWrite)
    try {
      const outcomes = commands.map((command) => this.#apply(command))
      this.#writeCounters()
      this.#sql.commit.run()
      if (this.#rooms.size + this.#users.size > this.#keptMax) this.#forget()
      return outcomes
    } catch (cause) {
      this.#forget()
      // SQLite has already rolled back by itself after some errors, a full disk among them.
      if (this.#db.inTransaction) this.#sql.rollback.run()
      throw cause
    }
  }

  /** A batch that writes takes the lock at once: one taken after the first read is refused if another program wrote in between. */
  async #begin(toWrite: boolean): Promise<void> {
    const begin = toWrite ? this.#sql.beginWriting : this.#sql.beginReading
    for (let attempt = 1; ; attempt++) {
      try {
        // Only if a rollback failed too; without this, no batch would ever begin again.
        if (this.#db.inTransaction) this.#sql.rollback.run()
        if (toWrite) this.#checkPlace()
        begin.run()
        return
      } catch (cause) {
        if (codeOf(cause) !== "SQLITE_BUSY" || attempt === lockAttemptsMax) throw cause
      }
      await Bun.sleep(lockRetryMs)
    }
  }

  #writes(command: Command): boolean {
    switch (command.kind) {
      case "createRoom":
      case "send":
      case "probe":
        return true
      case "join":
        return !isUnchanged(this.#userOf(command.userId), command)
      case "pageSince":
      case "pageBefore":
      case "listRooms":
        return false
    }
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
        return this.#page(command.roomId, (room) => this.#pages.since(room, command.since, command.limit))
      case "pageBefore":
        return this.#page(command.roomId, (room) => this.#pages.before(room, command.before, command.limit))
      case "listRooms":
        return this.#listRooms(command)
      case "probe":
        this.#sql.probe.run({ at: command.at })
        return true
    }
  }

  #createRoom(command: Command & { kind: "createRoom" }): Outcomes["createRoom"] {
    const { id, name, visibility, creatorId, at } = command
    this.#sql.insertRoom.run({ id, name, visibility, creatorId, at })
    this.#newRooms++
    return { id, name, createdAt: new Date(at).toISOString() }
  }

  #join(command: Command & { kind: "join" }): Outcomes["join"] | ChatError {
    const { roomId, since } = command
    const room = this.#roomOf(roomId)
    if (room === undefined) return new ChatError("ERR_ROOM_NOT_FOUND", { details: { roomId } })
    const { username, avatar } = this.#upsertUser(command)
    const page =
      since === undefined
        ? this.#pages.before(room, undefined, limits.historyPageDefault)
        : this.#pages.since(room, since, limits.sincePageDefault)
    return { room: room.room, profile: { username, avatar }, page }
  }

  #send(command: Command & { kind: "send" }): Outcomes["send"] | ChatError {
    const { roomId, userId, id, chosen, type, content, at } = command
    const room = this.#roomOf(roomId)
    const user = this.#userOf(userId)
    if (room === undefined || user === undefined) return new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } })
    // Looked up before it takes a number, so that a retry costs no gap and no exception.
    const earlier = chosen ? this.#sql.messageById.get({ id }) : null
    if (earlier !== null) return asDuplicate(earlier, room, user)
    const seq = this.#raise(room, at)
    this.#sql.insertMessage.run({ room: room.pk, seq, id, author: user.pk, type, content, at: room.lastAt })
    this.#newMessages++
    const { username, avatar } = user
    const createdAt = new Date(room.lastAt).toISOString()
    const message = { id, roomId, seq, rev: seq, type, content, userId, user: { username, avatar }, createdAt }
    return { message, duplicate: false }
  }

  #page(roomId: RoomId, read: (room: KeptRoom) => Page): Page | ChatError {
    const room = this.#roomOf(roomId)
    return room === undefined ? new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } }) : read(room)
  }

  #listRooms(command: Command & { kind: "listRooms" }): RoomPage {
    // The messages before it in this batch have made their rooms active.
    this.#writeRaised()
    return pickRooms(this.#pages.rooms(command.after, roomsNeeded(command)), command)
  }

  /** The room's next number. Its time never goes back, even if the clock does. */
  #raise(room: KeptRoom, at: number): number {
    room.lastAt = Math.max(room.lastAt, at)
    this.#raised.add(room)
    return ++room.rev
  }

  #upsertUser({ userId, username, avatar, at }: Command & { kind: "join" }): KeptUser {
    const user = this.#userOf(userId)
    if (user === undefined) {
      const { lastInsertRowid } = this.#sql.insertUser.run({ id: userId, username, avatar: avatar ?? null, at })
      const inserted = { pk: Number(lastInsertRowid), username, avatar: avatar ?? null }
      this.#users.set(userId, inserted)
      return inserted
    }
    if (isUnchanged(user, { username, avatar })) return user
    const changed = { username, avatar: avatar === undefined ? user.avatar : avatar }
    this.#sql.updateUser.run({ pk: user.pk, ...changed, at })
    return Object.assign(user, changed)
  }

  #writeRaised(): void {
    for (const { pk, rev, lastAt } of this.#raised) this.#sql.updateRoom.run({ pk, rev, lastAt })
    this.#raised.clear()
  }

  #writeCounters(): void {
    this.#writeRaised()
    if (this.#newRooms + this.#newMessages > 0) {
      this.#sql.addTotals.run({ rooms: this.#newRooms, messages: this.#newMessages })
    }
    this.#clearBatch()
  }

  #roomOf(id: RoomId): KeptRoom | undefined {
    const kept = this.#rooms.get(id)
    if (kept !== undefined) return kept
    const row = this.#sql.roomById.get({ id })
    if (row === null) return undefined
    const { pk, name, created_at, rev, last_at } = row
    const room = { pk, id, room: { id, name, createdAt: new Date(created_at).toISOString() }, rev, lastAt: last_at }
    this.#rooms.set(id, room)
    return room
  }

  #userOf(id: UserId): KeptUser | undefined {
    const kept = this.#users.get(id)
    if (kept !== undefined) return kept
    const row = this.#sql.userById.get({ id })
    if (row !== null) this.#users.set(id, row)
    return row ?? undefined
  }

  #forget(): void {
    this.#rooms.clear()
    this.#users.clear()
    this.#clearBatch()
  }

  #clearBatch(): void {
    this.#raised.clear()
    this.#newRooms = 0
    this.#newMessages = 0
  }
}

/** Whether a join with this profile leaves the user as it is stored. */
function isUnchanged(
  user: KeptUser | undefined,
  { username, avatar }: Pick<Command & { kind: "join" }, "username" | "avatar">,
) {
  return user?.username === username && (avatar === undefined || user.avatar === avatar)
}

interface StoredMessage extends MessageRow {
  readonly room: number
  readonly author: number
}

function asDuplicate(row: StoredMessage, room: KeptRoom, user: KeptUser): Outcomes["send"] | ChatError {
  if (row.room !== room.pk || row.author !== user.pk) return new ChatError("ERR_CONFLICT", { details: { field: "id" } })
  const message: Message = toMessage(room.id, row)
  return { message, duplicate: true }
}

type Statements = ReturnType<typeof prepare>

/** Every statement but the pages', prepared once. */
function prepare(db: Database) {
  const run = <P extends Record<string, string | number | null>>(sql: string): Statement<unknown, [P]> => db.query(sql)
  return {
    beginReading: db.query("BEGIN"),
    beginWriting: db.query("BEGIN IMMEDIATE"),
    commit: db.query("COMMIT"),
    rollback: db.query("ROLLBACK"),
    roomById: db.query<{ pk: number; name: string; created_at: number; rev: number; last_at: number }, { id: string }>(
      "SELECT pk, name, created_at, rev, last_at FROM rooms WHERE id = $id",
    ),
    userById: db.query<KeptUser, { id: string }>("SELECT pk, username, avatar FROM users WHERE id = $id"),
    messageById: db.query<StoredMessage, { id: string }>(
      `SELECT m.room, m.author, m.id, m.seq, m.rev, m.type, m.content, m.created_at, u.id AS user_id, u.username, u.avatar
       FROM messages AS m JOIN users AS u ON u.pk = m.author WHERE m.id = $id`,
    ),
    insertRoom: run<{ id: string; name: string; visibility: string; creatorId: string | null; at: number }>(
      `INSERT INTO rooms (id, name, visibility, creator_id, created_at, last_at)
       VALUES ($id, $name, $visibility, $creatorId, $at, $at)`,
    ),
    updateRoom: run<{ pk: number; rev: number; lastAt: number }>(
      "UPDATE rooms SET rev = $rev, last_at = $lastAt WHERE pk = $pk",
    ),
    insertUser: run<{ id: string; username: string; avatar: string | null; at: number }>(
      "INSERT INTO users (id, username, avatar, created_at, updated_at) VALUES ($id, $username, $avatar, $at, $at)",
    ),
    updateUser: run<{ pk: number; username: string; avatar: string | null; at: number }>(
      "UPDATE users SET username = $username, avatar = $avatar, updated_at = $at WHERE pk = $pk",
    ),
    insertMessage: run<{
      room: number
      seq: number
      id: string
      author: number
      type: string
      content: string
      at: number
    }>(
      `INSERT INTO messages (room, seq, rev, id, author, type, content, created_at)
       VALUES ($room, $seq, $seq, $id, $author, $type, $content, $at)`,
    ),
    addTotals: run<{ rooms: number; messages: number }>(
      "UPDATE totals SET rooms = rooms + $rooms, messages = messages + $messages",
    ),
    counts: db.query<{ rooms: number; messages: number }, []>("SELECT rooms, messages FROM totals"),
    probe: run<{ at: number }>("UPDATE totals SET probed_at = $at"),
  }
}

/**
 * Opens the file with the settings the store relies on: WAL, and every commit synced to disk. What is not this
 * version's or not ours is refused before anything is changed in it.
 */
export function openDatabase(path: string): Database {
  const db = new Database(path, { create: true, strict: true })
  try {
    db.run(`PRAGMA busy_timeout = ${openTimeoutMs}`)
    checkVersion(db, path)
    db.run("PRAGMA journal_mode = WAL")
    db.run("PRAGMA synchronous = FULL")
    // On macOS a plain sync leaves the data in the drive's cache; elsewhere this says nothing new.
    db.run("PRAGMA fullfsync = ON")
    // Keys are taken from rows read in the same transaction, and no row is ever deleted: to check each again costs 2 µs.
    db.run("PRAGMA foreign_keys = OFF")
    db.run(`PRAGMA journal_size_limit = ${logBytesKept}`)
    migrate(db)
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}
