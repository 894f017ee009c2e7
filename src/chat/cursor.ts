/** Places in lists, as opaque texts that clients hand back. A text that the server did not write is ERR_VALIDATION. */
import { ChatError } from "../contract/errors.ts"
import { cursorRule, type RoomId } from "../contract/values.ts"
import type { ListPlace } from "./rules/room-search.ts"

const key = /^\d{1,15}$/
const hitPlace = /^-?\d{1,16}$/
const listPlace = /^(?<lastAt>\d{1,15})\.(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
const namePlace = /^(?<pk>\d{1,15})\.(?<rank>\d{1,6})$/

/** For a list ordered by one number. */
export function writeCursor(place: number): string {
  return encode(String(place))
}

/** For a list ordered by keys. */
export function readCursor(cursor: string): number {
  return Number(match(cursor, key)[0])
}

/** For search hits, whose places are times: negative before 2010, and with more digits. */
export function readHitsCursor(cursor: string): number {
  return Number(match(cursor, hitPlace)[0])
}

export function writeListCursor({ lastAt, id }: ListPlace): string {
  return encode(`${lastAt}.${id}`)
}

export function readListCursor(cursor: string): ListPlace {
  const { lastAt, id } = match(cursor, listPlace).groups ?? {}
  return { lastAt: Number(lastAt), id: id as RoomId }
}

/** Where a page ordered by name ended: after which member, and how many came before. */
export interface NamePlace {
  readonly pk: number
  readonly rank: number
}

export function writeNameCursor({ pk, rank }: NamePlace): string {
  return encode(`${pk}.${rank}`)
}

export function readNameCursor(cursor: string): NamePlace {
  const { pk, rank } = match(cursor, namePlace).groups ?? {}
  return { pk: Number(pk), rank: Number(rank) }
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64url")
}

function match(cursor: string, form: RegExp): RegExpExecArray {
  const found = form.exec(Buffer.from(cursor, "base64url").toString())
  if (found !== null) return found
  throw new ChatError("ERR_VALIDATION", { message: `cursor ${cursorRule}.`, details: { field: "cursor" } })
}
