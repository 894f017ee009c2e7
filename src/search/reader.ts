/**
 * Searches the index, the newest first and row by row, so many searches can take turns and
 * each can end when its time is over.
 *
 * It reads on a connection of its own, beside the writer's.
 */
import type { Database } from "bun:sqlite"
import type { FoundMessage } from "../chat/rules/search.ts"
import type { Found, Wanted } from "../chat/searcher.ts"
import type { MessageId, RoomId } from "../contract/values.ts"
import { CompiledOnce } from "../store/sqlite/compiled-once.ts"
import { Places } from "./places.ts"
import { type Term, termsOf } from "./query.ts"
import { cut, tagOf } from "./tokens.ts"

const nothing: Found = { messages: [], next: undefined }

/** Places of one millisecond may reach into the next ones: hits are compared by their time again. */
const slackMs = 1_000
/** If one's rooms hold at most this share of all messages, they are looked up in the index, else row by row. */
const smallShare = 0.1
/** Rows between two checks of the clock. */
const rowsPerTurn = 64

/** Whoever asks. */
type Sought = Omit<Wanted, "viewer" | "otherViewers">

interface Row {
  readonly place: number
  readonly room: number
  readonly id: Uint8Array
  readonly tokens: string
}

interface Rooms {
  readonly ids: ReadonlyMap<number, RoomId>
  readonly isSmallShare: boolean
}

export class Reader {
  readonly #db: Database
  readonly #sql: ReturnType<typeof prepare>

  constructor(path: string) {
    this.#db = new CompiledOnce(path, { readonly: true, strict: true })
    this.#sql = prepare(this.#db)
  }

  /** Yields between turns; `isOver` says whether its time is up. */
  *find(wanted: Sought, isOver: () => boolean): Generator<undefined, Found> {
    const terms = termsOf(wanted.query)
    const rooms = this.#roomsOf(wanted.roomIds)
    const author = wanted.authorId === undefined ? undefined : this.#sql.user.get({ id: wanted.authorId })
    if (rooms.ids.size === 0 || author === null || (terms.length === 0 && author === undefined)) return nothing
    // A statement of its own, since several searches run at a time.
    const rows = this.#db.prepare<Row, { expression: string; below: number; from: number }>(rowsQuery)
    try {
      return yield* take(rows.iterate(rangeOf(wanted, terms, rooms, author?.pk)), { wanted, terms, rooms, isOver })
    } finally {
      rows.finalize()
    }
  }

  close(): void {
    this.#db.close()
  }

  #roomsOf(roomIds: readonly RoomId[]): Rooms {
    const found = roomIds.flatMap((id) => {
      const room = this.#sql.room.get({ id })
      return room === null ? [] : [{ id, ...room }]
    })
    const total = this.#sql.revs.get()?.revs ?? 0
    const own = found.reduce((sum, { rev }) => sum + rev, 0)
    return { ids: new Map(found.map(({ pk, id }) => [pk, id])), isSmallShare: own <= total * smallShare }
  }
}

/** The range and the query for FTS5. */
function rangeOf(
  { before, after, below }: Sought,
  terms: readonly Term[],
  { ids, isSmallShare }: Rooms,
  author: number | undefined,
) {
  const words = [...new Set(terms.flatMap(expressionsOf))]
  const tags = author === undefined ? [] : [quoted(tagOf.author(author))]
  if (ids.size === 1 || isSmallShare) tags.push(`(${[...ids.keys()].map((pk) => quoted(tagOf.room(pk))).join(" OR ")})`)
  const end = before === undefined ? Number.MAX_SAFE_INTEGER : Places.at(before + slackMs)
  const from = after === undefined ? Number.MIN_SAFE_INTEGER : Places.at(after)
  return { expression: [...words, ...tags].join(" AND "), below: Math.min(end, below ?? end), from }
}

/** Each token of a row is looked up; their order is checked in the found text. */
function expressionsOf({ tokens, isPrefix }: Term): string[] {
  return tokens.map((token, index) => quoted(cut(token)) + (isPrefix && index === tokens.length - 1 ? " *" : ""))
}

function quoted(token: string): string {
  return `"${token}"`
}

interface Taking {
  readonly wanted: Sought
  readonly terms: readonly Term[]
  readonly rooms: Rooms
  readonly isOver: () => boolean
}

function* take(rows: IterableIterator<Row>, { wanted, terms, rooms, isOver }: Taking): Generator<undefined, Found> {
  const rowsOfTokens = terms.filter(({ tokens }) => tokens.length > 1).map(inTokens)
  const messages: FoundMessage[] = []
  let looked = 0
  for (const { place, room, id, tokens } of rows) {
    const roomId = rooms.ids.get(room)
    if (roomId !== undefined && rowsOfTokens.every((row) => ` ${tokens} `.includes(row)))
      messages.push({ id: idOf(id), roomId })
    if (messages.length === wanted.limit) return { messages, next: place }
    if (++looked % rowsPerTurn > 0) continue
    if (isOver()) return { messages, next: place }
    yield
  }
  return { messages, next: undefined }
}

/** As it appears among the tokens of a matching message. */
function inTokens({ tokens, isPrefix }: Term): string {
  return ` ${tokens.map(cut).join(" ")}${isPrefix ? "" : " "}`
}

function idOf(bytes: Uint8Array): MessageId {
  const hex = Buffer.from(bytes).toString("hex")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") as MessageId
}

const rowsQuery = `
  SELECT m.place, m.room, m.id, m.tokens FROM words JOIN messages AS m ON m.place = words.rowid
  WHERE words MATCH $expression AND words.rowid < $below AND words.rowid >= $from ORDER BY words.rowid DESC`

function prepare(db: Database) {
  return {
    user: db.query<{ pk: number }, { id: string }>("SELECT pk FROM users WHERE id = $id"),
    room: db.query<{ pk: number; rev: number }, { id: string }>("SELECT pk, rev FROM rooms WHERE id = $id"),
    revs: db.query<{ revs: number | null }, []>("SELECT sum(rev) AS revs FROM rooms"),
  }
}
