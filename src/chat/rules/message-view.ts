/** A message as clients see it, with the current state of its author and of the message it answers. */

import type { File } from "../../contract/files.ts"
import { limits } from "../../contract/limits.ts"
import type { Message } from "../../contract/messages.ts"
import { timeOf } from "../../contract/moment.ts"
import type { MessageId, UserId } from "../../contract/values.ts"
import { fileOf } from "./files.ts"
import type { Page } from "./found.ts"
import type { MessageExtra, MessageRecord, Original, Reaction, ReactionKey } from "./working-set.ts"

/** Where there are only files, the address of the first stands for the text. `address` is the server's. */
export function messageOf(record: MessageRecord, address: string): Message {
  const { room, author, id, seq, rev, type, createdAt, extra } = record
  const { username, avatar } = author
  const files = record.files?.map(fileOf)
  const message: Message = {
    id,
    roomId: room.room.id,
    seq,
    rev,
    type,
    content: contentOf(record.content, files, address),
    userId: author.id,
    user: { username, avatar },
    createdAt: timeOf(createdAt),
  }
  if (files?.length) message.files = files
  return extra === undefined ? message : withExtra(message, extra)
}

/** For clients that know no files: shows the first one by its address. */
export function contentOf(content: string, files: readonly Pick<File, "url">[] | undefined, address: string): string {
  const first = files?.[0]
  return content === "" && first !== undefined ? address + first.url : content
}

/** Only fields that have a value. */
export function withExtra(message: Message, extra: MessageExtra): Message {
  const { editedAt, deletedAt, original, mentions, mentionsRoom, reactions } = extra
  return {
    ...message,
    ...(editedAt !== undefined && { editedAt: timeOf(editedAt) }),
    ...(deletedAt !== undefined && { deletedAt: timeOf(deletedAt) }),
    ...(original && { replyTo: quoteOf(original) }),
    ...(mentions && { mentions: [...mentions] }),
    ...(mentionsRoom && { mentionsRoom }),
    ...(reactions &&
      reactions.length > 0 && { reactions: reactions.map((one) => ({ ...one, userIds: [...one.userIds] })) }),
  }
}

function quoteOf({ id, seq, author, content, files = [], extra }: Original): Quote {
  const said = content === "" ? (files[0]?.name ?? "") : content
  return quote({ id, seq, userId: author.id, username: author.username, content: said }, extra?.deletedAt !== undefined)
}

/** Of what clients see. */
export function quoteOfMessage({ user: { username }, files: [first] = [], deletedAt, ...message }: Message): Quote {
  // The text is the address of a file.
  const content = first !== undefined && message.content.endsWith(first.url) ? first.name : message.content
  return quote({ ...message, username, content }, deletedAt !== undefined)
}

type Quote = NonNullable<Message["replyTo"]>
type Quoted = Omit<Quote, "excerpt" | "isDeleted"> & Pick<Message, "content">

function quote({ id, seq, userId, username, content }: Quoted, isDeleted: boolean): Quote {
  const quoted = { id, seq, userId, username, excerpt: excerptOf(content) }
  return isDeleted ? { ...quoted, isDeleted } : quoted
}

/** How much of a text is looked at: more line breaks than this are not an excerpt. */
export const excerptReadMax = 1_000

/** The first `excerptLengthMax` code points, on one line. */
export function excerptOf(content: string): string {
  const line = content.slice(0, excerptReadMax).replace(/\s+/g, " ").trim()
  if (line.length <= limits.excerptLengthMax) return line.toWellFormed()
  return Array.from(line).slice(0, limits.excerptLengthMax).join("").toWellFormed()
}

/**
 * As one user sees it. `mine` has the emoji of their reactions, where `userIds` does not show that. Returns the message
 * itself if none are theirs: what is told and answered is then encoded once.
 */
export function seenBy(message: Message, userId: UserId, mine: readonly string[] = []): Message {
  if (message.reactions === undefined) return message
  const isMine = ({ emoji, userIds }: Reaction) => userIds.includes(userId) || mine.includes(emoji)
  if (!message.reactions.some(isMine)) return message
  const reactions = message.reactions.map((one) => (isMine(one) ? { ...one, isMine: true as const } : one))
  return { ...message, reactions }
}

/** The reactions of these messages for which `userIds` does not show whether the user has them. */
export function unclearTo(viewer: UserId | undefined, messages: readonly Reacted[]): Omit<ReactionKey, "userId">[] {
  if (viewer === undefined) return []
  return messages.flatMap(({ id, reactions = [] }) =>
    reactions
      .filter(({ count, userIds }) => count > userIds.length && !userIds.includes(viewer))
      .map(({ emoji }) => ({ messageId: id, emoji })),
  )
}

interface Reacted {
  readonly id: MessageId
  readonly reactions?: readonly Reaction[] | undefined
}

/** Those that the user has, by message. */
export function mineOf(keys: readonly Omit<ReactionKey, "userId">[]): Pick<Page, "mine"> {
  const mine = new Map<MessageId, string[]>()
  for (const { messageId, emoji } of keys) mine.set(messageId, [...(mine.get(messageId) ?? []), emoji])
  return { mine }
}

/** Returns the same list unless something differs for the user. */
export function pageSeenBy({ messages, mine }: Page, userId: UserId): Message[] {
  const seen = messages.map((message) => seenBy(message, userId, mine?.get(message.id)))
  return seen.every((message, n) => message === messages[n]) ? messages : seen
}
