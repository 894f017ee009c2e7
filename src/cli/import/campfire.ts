/**
 * The folder of ONCE Campfire: its SQLite database, and the files of Active Storage. Ids
 * come from the database, so the key of a message is its id. Boosts that are one emoji
 * become reactions, and open rooms become public.
 */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { codeOf, OperatorError } from "../../observe/operator-error.ts"
import { type ForeignDatabase, openForeign } from "../../store/sqlite/foreign.ts"
import { emojiIn } from "./emoji.ts"
import { fileWithin } from "./files-taken.ts"
import { roomIdOf } from "./foreign-ids.ts"
import type { ForeignFile, ForeignReaction, Intake } from "./intake.ts"
import { textOfHtml } from "./rich-text.ts"
import type { SourceKind } from "./run.ts"

interface RoomRow {
  readonly id: number
  readonly name: string
  readonly type: string
  readonly creator_id: number
  readonly created_at: string
}

interface MessageRow {
  readonly id: number
  readonly room_id: number
  readonly creator_id: number
  readonly created_at: string
  readonly body: string
  readonly written_at: string | null
  readonly changed_at: string | null
}

interface BlobRow {
  readonly key: string
  readonly filename: string
}

/** If any of these is missing, it is another program's. */
const tables = {
  users: ["id", "name", "created_at"],
  rooms: ["id", "name", "type", "creator_id", "created_at"],
  memberships: ["room_id", "user_id", "created_at"],
  messages: ["id", "room_id", "creator_id", "created_at"],
  boosts: ["message_id", "booster_id", "content"],
  action_text_rich_texts: ["record_type", "record_id", "name", "body", "created_at", "updated_at"],
  active_storage_attachments: ["record_type", "record_id", "name", "blob_id"],
  active_storage_blobs: ["id", "key", "filename"],
} as const
const places = ["db/production.sqlite3", "storage/db/production.sqlite3", "production.sqlite3"]
/** A change within this time is part of saving it. */
const savedWithinMs = 1_000

export const campfire: SourceKind = {
  name: "campfire",
  argument: "FOLDER",
  open: (folder) => {
    const file = databaseIn(folder)
    const db = openForeign(file)
    try {
      checkTables(folder, db)
      return {
        file,
        read: (intake) => new CampfireReader(folder, db, intake).read(),
        [Symbol.dispose]: () => db[Symbol.dispose](),
      }
    } catch (error) {
      db[Symbol.dispose]()
      throw error
    }
  },
}

class CampfireReader {
  readonly #folder: string
  readonly #db: ForeignDatabase
  readonly #intake: Intake
  readonly #names = new Map<number, string>()
  readonly #members = new Map<number, Set<number>>()

  constructor(folder: string, db: ForeignDatabase, intake: Intake) {
    this.#folder = folder
    this.#db = db
    this.#intake = intake
  }

  async read(): Promise<void> {
    for (const { id, name, created_at } of this.#db.rows<{ id: number; name: string; created_at: string }>(
      `SELECT id, ${texts("name", "created_at")} FROM users ORDER BY id`,
    )) {
      this.#names.set(id, name)
      this.#intake.user(userIdOf(id), [name], timeOf(created_at) ?? 0)
    }
    for (const { room_id, user_id } of this.#db.rows<{ room_id: number; user_id: number }>(
      `SELECT ${numbers("room_id", "user_id")} FROM memberships ORDER BY room_id, created_at, user_id`,
    )) {
      if (this.#names.has(user_id)) this.#members.set(room_id, (this.#members.get(room_id) ?? new Set()).add(user_id))
    }
    for (const room of [
      ...this.#db.rows<RoomRow>(
        `SELECT id, ${texts("name", "type", "created_at")}, ${numbers("creator_id")} FROM rooms ORDER BY id`,
      ),
    ])
      this.#room(room)
    await this.#messages()
  }

  #room({ id, name, type, creator_id, created_at }: RoomRow): void {
    const members = [...(this.#members.get(id) ?? [])]
    this.#intake.room({
      id: roomIn(id),
      at: timeOf(created_at) ?? 0,
      visibility: type === "Rooms::Direct" ? "direct" : type === "Rooms::Open" ? "public" : "private",
      name: name || members.map((one) => this.#names.get(one)).join(", "),
      topic: "",
      people: members.map(userIdOf),
      owners: [userIdOf(creator_id)],
    })
  }

  async #messages(): Promise<void> {
    const [count] = [...this.#db.rows<{ count: number }>("SELECT count(*) AS count FROM messages")]
    const messages = this.#db.rows<MessageRow>(`
      SELECT m.id, r.id AS room_id, ${numbers("m.creator_id")}, ${texts("m.created_at", "t.body")},
        CAST(t.created_at AS TEXT) AS written_at, CAST(t.updated_at AS TEXT) AS changed_at
      FROM messages AS m JOIN rooms AS r ON r.id = m.room_id
      LEFT JOIN action_text_rich_texts AS t ON t.record_type = 'Message' AND t.record_id = m.id AND t.name = 'body'
      ORDER BY r.id, m.created_at, m.id`)
    let done = 0
    for (const row of messages) {
      await this.#message(row)
      await this.#intake.progress(++done / (count?.count ?? 1))
    }
  }

  async #message(row: MessageRow): Promise<void> {
    const at = timeOf(row.created_at)
    if (at === undefined) return this.#intake.leaveOut("messages without a time")
    const userId = userIdOf(row.creator_id)
    this.#intake.user(userId, [], at)
    const mentioned = new Set<number>()
    const text = textOfHtml(row.body, (attributes) => this.#attached(attributes, mentioned))
    const members = this.#members.get(row.room_id)
    await this.#intake.message({
      key: `campfire ${row.id}`,
      roomId: roomIn(row.room_id),
      ...{ userId, at, text },
      editedAt: editedAt(row),
      original: undefined,
      reactions: this.#boosts(row.id),
      mentions: [...mentioned].filter((one) => members?.has(one)).map(userIdOf),
      files: this.#files(row.id),
    })
  }

  /** A mention is a signed user id; other attachments have a name. */
  #attached(attributes: ReadonlyMap<string, string>, mentioned: Set<number>): string {
    const id = userOf(attributes.get("sgid") ?? "")
    const name = id === undefined ? undefined : this.#names.get(id)
    if (id === undefined || name === undefined)
      return attributes.get("href") ?? attributes.get("url") ?? attributes.get("filename") ?? ""
    mentioned.add(id)
    return `@${name}`
  }

  #boosts(message: number): ForeignReaction[] {
    const boosts = this.#db.rows<{ booster_id: number; content: string }>(
      `SELECT ${numbers("booster_id")}, ${texts("content")} FROM boosts WHERE message_id = ? ORDER BY id`,
      [message],
    )
    return [...boosts].flatMap(({ booster_id, content }) => {
      const emoji = emojiIn(content)
      if (emoji === undefined) this.#intake.leaveOut("boosts that are no emoji")
      return emoji !== undefined && this.#names.has(booster_id) ? [{ emoji, userId: userIdOf(booster_id) }] : []
    })
  }

  #files(message: number): ForeignFile[] {
    const blobs = this.#db.rows<BlobRow>(
      `SELECT ${texts("b.key", "b.filename")} FROM active_storage_attachments AS a JOIN active_storage_blobs AS b ON b.id = a.blob_id
       WHERE a.record_type = 'Message' AND a.record_id = ? AND a.name = 'attachment' ORDER BY a.id`,
      [message],
    )
    return [...blobs].map(({ key, filename }) => ({ name: filename, path: this.#pathOf(key) }))
  }

  /** Where Active Storage puts it: in folders named by the first letters of the key. */
  #pathOf(key: string): string | undefined {
    const path = join(key.slice(0, 2), key.slice(2, 4), key)
    for (const folder of ["files", "storage/files", "storage", "."]) {
      const found = fileWithin(this.#folder, join(folder, path))
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** In the app's usual place, or the only database in the folder. */
function databaseIn(folder: string): string {
  const known = places.map((place) => join(folder, place)).find((path) => existsSync(path))
  const [only, ...others] = namesIn(folder).filter((name) => /\.(?:sqlite3?|db)$/.test(name))
  const path = known ?? (only !== undefined && others.length === 0 ? join(folder, only) : undefined)
  if (path !== undefined) return path
  throw new OperatorError(`There is no db/production.sqlite3 in ${folder}: name the storage folder of Campfire.`)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    const code = codeOf(cause)
    const why =
      code === "ENOENT" || code === "ENOTDIR" ? `There is no folder ${folder}` : `${folder} cannot be read (${code})`
    throw new OperatorError(`${why}: name the storage folder of Campfire.`, { cause })
  }
}

function checkTables(folder: string, db: ForeignDatabase): void {
  for (const [table, columns] of Object.entries(tables)) {
    const found = db.columns(table)
    const missing = columns.find((column) => !found.has(column))
    if (found.size === 0) throw new OperatorError(`The database in ${folder} has no ${table}: it is not Campfire's.`)
    if (missing !== undefined)
      throw new OperatorError(
        `The database in ${folder} has no ${table}.${missing}: it is of a version of Campfire that is not known.`,
      )
  }
}

/** In SQLite a column may hold any type. */
function texts(...columns: string[]): string {
  return columns.map((column) => `coalesce(CAST(${column} AS TEXT), '') AS ${column.replace(/^.*\./, "")}`).join(", ")
}

function numbers(...columns: string[]): string {
  return columns.map((column) => `coalesce(CAST(${column} AS INTEGER), 0) AS ${column.replace(/^.*\./, "")}`).join(", ")
}

function userIdOf(id: number): string {
  return `campfire-${id}`
}

function roomIn(id: number): string {
  return roomIdOf(`campfire ${id}`)
}

/** "2024-01-31 12:00:00.123456", in UTC. */
function timeOf(text: string | null): number | undefined {
  const at = Date.parse(`${text?.replace(" ", "T")}Z`)
  return Number.isSafeInteger(at) && at >= 0 ? at : undefined
}

/** Boosts also change the time of a message, but not of its text. */
function editedAt({ written_at, changed_at }: MessageRow): number | null {
  const [written, changed] = [timeOf(written_at), timeOf(changed_at)]
  return written !== undefined && changed !== undefined && changed - written > savedWithinMs ? changed : null
}

/** `gid://campfire/User/1` within what Rails signs, in either way that it has written it. */
function userOf(sgid: string): number | undefined {
  const [signed = ""] = sgid.split("--")
  let text = Buffer.from(signed, "base64").toString("latin1")
  for (let depth = 0; depth < 2; depth++) {
    const id = /gid:\/\/[\w-]+\/User\/(\d{1,15})/.exec(text)?.[1]
    if (id !== undefined) return Number(id)
    const inner = /"(?:message|data)":"([\w+/=-]+)"/.exec(text)?.[1]
    if (inner === undefined) return undefined
    text = Buffer.from(inner, "base64").toString("latin1")
  }
  return undefined
}
