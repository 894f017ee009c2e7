/**
 * What each row of a room shows, derived from its neighbours: whether a day or what is new
 * begins with it, and whether its author is named again. Nothing is kept: a row is worked
 * out when it is drawn, whether the room has ten or a hundred thousand.
 */

import type { Gap } from "./gaps.ts"
import type { Notice } from "./notices.ts"
import type { Pending } from "./outbox.ts"
import { dayOf } from "./times.ts"
import type { Message, MessageType, SharedFile } from "./wire.ts"

export interface RowSource {
  readonly messages: readonly Message[]
  /** What was not fetched yet. */
  readonly gaps: readonly Gap[]
  readonly pending: readonly Pending[]
  readonly notices: ReadonlyMap<string, Notice>
  /** New messages begin after this `seq`. */
  readonly line: number | undefined
  readonly userId: string
}

export interface Row {
  readonly key: string
  readonly userId: string
  readonly atMs: number
  readonly type: MessageType
  /** Empty where there are only files. */
  readonly content: string
  readonly files: readonly SharedFile[] | undefined
  /** What the room stored; none while it waits to be sent. */
  readonly message: Message | undefined
  readonly pending: Pending | undefined
  /** Its day is told before it. */
  readonly beginsDay: boolean
  readonly beginsNew: boolean
  /** Its author is told; otherwise it goes on from the row before. */
  readonly beginsGroup: boolean
  readonly isMine: boolean
  /** Who came and went after it. */
  readonly notice: Notice | undefined
}

/** An author who goes on within this time is not named again. */
const groupMs = 5 * 60_000

export function rowCount({ messages, pending }: RowSource): number {
  return messages.length + pending.length
}

/** The key alone, which is asked for far more often than the rest. */
export function keyOf({ messages, pending }: RowSource, index: number): string {
  return messages[index]?.id ?? pending[index - messages.length]?.id ?? ""
}

export function rowAt(source: RowSource, index: number): Row | undefined {
  const entry = entryAt(source, index)
  if (entry === undefined) return undefined
  const gap = gapBefore(source, entry)
  const before = gap ? undefined : entryAt(source, index - 1)
  const noticeBefore = source.notices.get(before?.key ?? "")
  const beginsDay = before === undefined || dayOf(before.atMs) !== dayOf(entry.atMs)
  const isFirstNew = before ? !isNew(source, before) : gap === undefined || gap.before - 1 <= (source.line ?? 0)
  const beginsNew = isNew(source, entry) && isFirstNew
  const goesOn = before?.userId === entry.userId && entry.atMs - before.atMs < groupMs
  return {
    ...entry,
    beginsDay,
    beginsNew,
    beginsGroup: !goesOn || beginsDay || beginsNew || noticeBefore !== undefined,
    isMine: entry.userId === source.userId,
    notice: source.notices.get(entry.key),
  }
}

type Entry = Pick<Row, "key" | "userId" | "atMs" | "type" | "content" | "files" | "message" | "pending">

function entryAt({ messages, pending, userId }: RowSource, index: number): Entry | undefined {
  const message = messages[index]
  if (message !== undefined) {
    const { id, userId, createdAt, type, files } = message
    const content = saidIn(message)
    return { key: id, userId, atMs: Date.parse(createdAt), type, content, files, message, pending: undefined }
  }
  const waiting = index < 0 ? undefined : pending[index - messages.length]
  if (waiting === undefined) return undefined
  const { id, atMs, type, content, files } = waiting
  return { key: id, userId, atMs, type, content, files, message: undefined, pending: waiting }
}

/** Without a text, a message has its first file's address in its place, for clients that know of no files. */
function saidIn({ content, files }: Message): string {
  const [first] = files ?? []
  return first !== undefined && content.endsWith(first.url) ? "" : content
}

function isNew({ line }: RowSource, { message }: Entry): boolean {
  return line !== undefined && message !== undefined && message.seq > line
}

/** What came between this and the message that is known before it. */
function gapBefore({ gaps }: RowSource, { message }: Entry): Gap | undefined {
  return message && gaps.find(({ before }) => before === message.seq)
}
