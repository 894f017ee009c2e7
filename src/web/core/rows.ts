/**
 * What each row of a room shows, derived from its neighbours: whether a day or the new
 * messages begin with it, and whether its author is named again. Nothing is stored: a row
 * is computed when it is drawn, whether the room has ten or a hundred thousand.
 */

import type { Gap } from "./gaps.ts"
import type { Notice } from "./notices.ts"
import type { Pending, PendingChange } from "./pending.ts"
import { reactionsAfter } from "./reactions.ts"
import { dayOf } from "./times.ts"
import type { Message, MessageType, Quote, Reaction, SharedFile } from "./wire.ts"

export interface RowSource {
  readonly messages: readonly Message[]
  /** A gap of messages that were not fetched yet. */
  readonly gaps: readonly Gap[]
  readonly pending: readonly Pending[]
  /** Of messages that are stored, or will be before them. */
  readonly changes: readonly PendingChange[]
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
  readonly replyTo: Quote | undefined
  readonly reactions: readonly Reaction[]
  readonly isEdited: boolean
  /** Its unsent change. It is shown as if it were stored, unless it was refused. */
  readonly changes: readonly PendingChange[]
  /** The stored message; none while it waits to be sent. */
  readonly message: Message | undefined
  readonly pending: Pending | undefined
  /** Its day is shown before it. */
  readonly beginsDay: boolean
  readonly beginsNew: boolean
  /** Its author is shown; otherwise it continues the row before. */
  readonly beginsGroup: boolean
  readonly isMine: boolean
  /** Who came and went after it. */
  readonly notice: Notice | undefined
}

/** An author who continues within this time is not named again. */
const groupMs = 5 * 60_000

export function rowCount({ messages, pending }: RowSource): number {
  return messages.length + pending.length
}

/** Only the key, which is needed far more often than the rest. */
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
    ...changed(source, entry),
    beginsDay,
    beginsNew,
    beginsGroup: !goesOn || beginsDay || beginsNew || noticeBefore !== undefined,
    isMine: entry.userId === source.userId,
    notice: source.notices.get(entry.key),
  }
}

type Entry = Pick<Row, "key" | "userId" | "atMs" | "type" | "content" | "files" | "replyTo" | "message" | "pending">

const none: readonly never[] = []

/** As it will be once everything is sent. */
function changed(
  { changes, userId }: RowSource,
  { key, type, content, message }: Entry,
): Pick<Row, "type" | "content" | "reactions" | "isEdited" | "changes"> {
  const own = changes.length === 0 ? none : changes.filter(({ messageId }) => messageId === key)
  const edit = own.findLast(({ change, refusal }) => change === "edit" && refusal === undefined)
  return {
    type: edit ? "text" : type,
    content: edit?.change === "edit" ? edit.content : content,
    reactions: reactionsAfter(message?.reactions ?? none, own, userId),
    isEdited: edit !== undefined || message?.editedAt !== undefined,
    changes: own,
  }
}

function entryAt({ messages, pending, userId }: RowSource, index: number): Entry | undefined {
  const message = messages[index]
  if (message !== undefined) {
    const { id, createdAt, type, files, replyTo } = message
    const content = saidIn(message)
    const atMs = Date.parse(createdAt)
    return { key: id, userId: message.userId, atMs, type, content, files, replyTo, message, pending: undefined }
  }
  const waiting = index < 0 ? undefined : pending[index - messages.length]
  if (waiting === undefined) return undefined
  const { id, atMs, type, content, files, replyTo } = waiting
  return { key: id, userId, atMs, type, content, files, replyTo, message: undefined, pending: waiting }
}

/** Without a text, the content is the first file's address, for clients that know no files. */
export function saidIn({ content, files }: Pick<Row, "content"> & { readonly files?: Row["files"] }): string {
  const [first] = files ?? []
  return first !== undefined && content.endsWith(first.url) ? "" : content
}

function isNew({ line }: RowSource, { message }: Entry): boolean {
  return line !== undefined && message !== undefined && message.seq > line
}

/** Notices between this message and the known one before it. */
function gapBefore({ gaps }: RowSource, { message }: Entry): Gap | undefined {
  return message && gaps.find(({ before }) => before === message.seq)
}
