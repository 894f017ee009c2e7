/**
 * The index itself: a file of its own, which can be rebuilt from the messages at any time
 * and is therefore not part of a backup.
 *
 * A message's place in it is its time, so the newest come first without sorting, and a time
 * bounds places. The index holds tokens; the texts that people see stay in the data, and
 * are read from there.
 */
import type { Database } from "bun:sqlite"
import { existsSync, rmSync } from "node:fs"
import type { RoomId, UserId } from "../contract/values.ts"
import type { ChangedMessage } from "../store/feed.ts"
import { CompiledOnce } from "../store/sqlite/compiled-once.ts"
import { emptyLog } from "../store/sqlite/empty-log.ts"
import { makePrivate } from "../store/sqlite/folder.ts"
import { fold } from "./fold.ts"
import { Places } from "./places.ts"
import { Reader } from "./reader.ts"
import { tagOf, tokensOf } from "./tokens.ts"

/** The format of this file: any other is rebuilt. */
const format = 2

const schema = `
  CREATE TABLE life (format INTEGER NOT NULL, epoch TEXT NOT NULL);
  CREATE TABLE rooms (
    pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rev INTEGER NOT NULL DEFAULT 0, forgotten INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE users (pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
  -- The tokens are kept so that they can be taken out of the index again.
  CREATE TABLE messages (
    place INTEGER PRIMARY KEY, room INTEGER NOT NULL, seq INTEGER NOT NULL, author INTEGER NOT NULL,
    id BLOB NOT NULL, tokens TEXT NOT NULL, UNIQUE (room, seq)
  );
  -- Which messages hold a word, and not where in them: rows of words are looked up in the tokens.
  CREATE VIRTUAL TABLE words USING fts5(
    tokens, content = '', detail = none, columnsize = 0, prefix = '1 2', tokenize = 'ascii'
  );
  INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
`

export interface RoomChanges {
  readonly roomId: RoomId
  readonly messages: readonly ChangedMessage[]
  /** How far the room is indexed then. */
  readonly rev: number
}

export interface Progress {
  readonly rev: number
  /** Nothing up to this `seq` is in the index. */
  readonly forgotten: number
}

interface Stored {
  readonly place: number
  readonly author: number
  readonly tokens: string
}

interface Opened {
  readonly db: Database
  readonly sql: ReturnType<typeof prepare>
  readonly reader: Reader
}

export class IndexFile {
  readonly #path: string
  /** Nothing where it could not be made anew: the next use tries it again. */
  #known: Opened | undefined
  readonly #users = new Map<UserId, number>()

  /** A file of another format is rebuilt. */
  constructor(path: string) {
    this.#path = path
    this.#known = opened(path)
  }

  get reader(): Reader {
    return this.#opened.reader
  }

  get epoch(): string {
    return this.#sql.epoch.get()?.epoch ?? ""
  }

  /** How far each room is indexed, and up to where removed. */
  rooms(): Map<RoomId, Progress> {
    return new Map(this.#sql.rooms.all().map(({ id, ...progress }) => [id, progress]))
  }

  /** Empties it, for another epoch of the data. */
  reset(epoch: string): void {
    this.close()
    remove(this.#path)
    this.#users.clear()
    this.#sql.named.run({ epoch })
  }

  get #opened(): Opened {
    this.#known ??= opened(this.#path)
    return this.#known
  }

  get #sql(): Opened["sql"] {
    return this.#opened.sql
  }

  /** Writes all of it, or nothing. */
  write(changes: readonly RoomChanges[]): void {
    const write = this.#opened.db.transaction(() => {
      const written = changes.map((one) => ({ ...one, room: this.#roomOf(one.roomId) }))
      const messages = written.flatMap(({ room, messages }) => messages.map((message) => ({ room, message })))
      // FTS5 ends a segment wherever places do not increase.
      messages.sort((a, b) => a.message.createdAt - b.message.createdAt)
      for (const { room, message } of messages) this.#put(room, message)
      for (const { room, rev } of written) this.#sql.read.run({ room, rev })
    })
    try {
      write.immediate()
    } catch (cause) {
      // Whoever came with it is not there, and their key is given to somebody else.
      this.#users.clear()
      throw cause
    }
  }

  /** Removes some of a room, up to a `seq` or all of it. Returns whether there is more. */
  forget(roomId: RoomId, upTo: number | undefined, limit: number): boolean {
    return this.#opened.db
      .transaction(() => {
        const room = this.#roomOf(roomId)
        const found = this.#sql.inRoom.all({ room, upTo: upTo ?? Number.MAX_SAFE_INTEGER, limit })
        for (const { seq, ...stored } of found) this.#remove(room, seq, stored)
        if (found.length === limit) return true
        if (upTo === undefined) this.#sql.gone.run({ room })
        else this.#sql.forgotten.run({ room, upTo })
        return false
      })
      .immediate()
  }

  /** Erases removed texts from the log. Not possible while a search reads it; returns whether it is done. */
  fold(): boolean {
    return emptyLog(this.#opened.db)
  }

  close(): void {
    this.#known?.reader.close()
    this.#known?.db.close()
    this.#known = undefined
  }

  #put(room: number, { id, seq, rev, userId, content, createdAt }: ChangedMessage): void {
    // A message that is unchanged since it was created is read once.
    const stored = rev === seq ? null : this.#sql.stored.get({ room, seq })
    if (stored !== null) this.#remove(room, seq, stored)
    if (content === "") return
    const tokens = tokensOf(fold(content))
    const author = this.#userOf(userId)
    const place = stored?.place ?? this.#freePlace(createdAt)
    this.#sql.added.run({ place, room, seq, author, id, tokens })
    this.#sql.indexed.run({ place, tokens: withTags(tokens, room, author) })
  }

  #remove(room: number, seq: number, { place, author, tokens }: Stored): void {
    this.#sql.unindexed.run({ place, tokens: withTags(tokens, room, author) })
    this.#sql.removed.run({ room, seq })
  }

  #freePlace(createdAt: number): number {
    return Places.free(createdAt, (from, to) => this.#sql.lastPlace.get({ from, to })?.place ?? undefined)
  }

  #roomOf(id: RoomId): number {
    return this.#sql.room.get({ id })?.pk ?? Number(this.#sql.roomAdded.run({ id }).lastInsertRowid)
  }

  #userOf(id: UserId): number {
    const known = this.#users.get(id)
    if (known !== undefined) return known
    const pk = this.#sql.user.get({ id })?.pk ?? Number(this.#sql.userAdded.run({ id }).lastInsertRowid)
    if (this.#users.size >= usersKeptMax) this.#users.clear()
    this.#users.set(id, pk)
    return pk
  }
}

/** About 2 MB of them. */
const usersKeptMax = 20_000

function withTags(tokens: string, room: number, author: number): string {
  return `${tokens} ${tagOf.room(room)} ${tagOf.author(author)}`
}

function opened(path: string): Opened {
  const db = openOrMake(path)
  return { db, sql: prepare(db), reader: new Reader(path) }
}

function openOrMake(path: string): Database {
  try {
    const db = open(path)
    if (isOfThisFormat(db)) return db
    db.close()
  } catch {
    // Damaged, or not an index: everything in it exists elsewhere.
  }
  remove(path)
  makePrivate(path)
  const db = open(path)
  db.run(schema)
  db.query("INSERT INTO life VALUES (?, '')").run(format)
  return db
}

function isOfThisFormat(db: Database): boolean {
  const isMade = db.query("SELECT 1 FROM sqlite_schema WHERE name = 'life'").get() !== null
  return isMade && db.query("SELECT 1 FROM life WHERE format = ?").get(format) !== null
}

function open(path: string): Database {
  if (!existsSync(path)) throw new Error(`${path} is not there`)
  const db = new CompiledOnce(path, { readwrite: true, strict: true })
  db.run("PRAGMA journal_mode = WAL")
  // A power cut may cost the last changes, which are then read again.
  db.run("PRAGMA synchronous = NORMAL")
  db.run("PRAGMA secure_delete = ON")
  db.run("PRAGMA journal_size_limit = 16777216")
  return db
}

function remove(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
}

function prepare(db: Database) {
  return {
    epoch: db.query<{ epoch: string }, []>("SELECT epoch FROM life"),
    named: db.query("UPDATE life SET epoch = $epoch"),
    rooms: db.query<{ id: RoomId } & Progress, []>("SELECT id, rev, forgotten FROM rooms"),
    room: db.query<{ pk: number }, { id: string }>("SELECT pk FROM rooms WHERE id = $id"),
    roomAdded: db.query("INSERT INTO rooms (id) VALUES ($id)"),
    read: db.query("UPDATE rooms SET rev = $rev WHERE pk = $room"),
    forgotten: db.query("UPDATE rooms SET forgotten = $upTo WHERE pk = $room"),
    gone: db.query("DELETE FROM rooms WHERE pk = $room"),
    user: db.query<{ pk: number }, { id: string }>("SELECT pk FROM users WHERE id = $id"),
    userAdded: db.query("INSERT INTO users (id) VALUES ($id)"),
    stored: db.query<Stored, { room: number; seq: number }>(
      "SELECT place, author, tokens FROM messages WHERE room = $room AND seq = $seq",
    ),
    inRoom: db.query<Stored & { seq: number }, { room: number; upTo: number; limit: number }>(
      "SELECT seq, place, author, tokens FROM messages WHERE room = $room AND seq <= $upTo ORDER BY seq LIMIT $limit",
    ),
    lastPlace: db.query<{ place: number | null }, { from: number; to: number }>(
      "SELECT max(place) AS place FROM messages WHERE place >= $from AND place < $to",
    ),
    added: db.query(
      "INSERT INTO messages (place, room, seq, author, id, tokens) VALUES ($place, $room, $seq, $author, unhex($id, '-'), $tokens)",
    ),
    removed: db.query("DELETE FROM messages WHERE room = $room AND seq = $seq"),
    indexed: db.query("INSERT INTO words (rowid, tokens) VALUES ($place, $tokens)"),
    unindexed: db.query("INSERT INTO words (words, rowid, tokens) VALUES ('delete', $place, $tokens)"),
  }
}
