/** Actions on a message, wherever they are offered. */
import { copyText } from "../clipboard.ts"
import type { RoomMember } from "../core/belonging.ts"
import { excerptOf } from "../core/excerpt.ts"
import type { Room } from "../core/room.ts"
import { withKeyboard } from "./acting.ts"
import { focusComposer } from "./composer-field.ts"
import { linkToMessage } from "./linked-message.ts"
import { type Deed, openOverlay } from "./overlay.ts"
import type { RoomRows } from "./room-rows.ts"

/** Opens the actions of a message, but not of one that waits to be sent or is being edited. */
export function ask(room: Room, rows: RoomRows, key: string): void {
  const message = room.feed.timeline.find(key)
  if (message === undefined || room.editing.current.peek()?.messageId === key) return
  const at = rows.at(rows.slots.ofRow(room.feed.timeline.indexAfter(message.seq - 1)))
  if (at.kind === "message") openOverlay({ kind: "message", deed: { room, row: at.row, message } })
}

/** Whoever wrote it, while they are a member whom the server knows. */
export function authorOf({ room, message }: Pick<Deed, "room" | "message">): RoomMember | undefined {
  return room.belonging.members.peek().find(({ userId }) => userId === message.userId)
}

export function showCard(deed: Pick<Deed, "room" | "message">): void {
  const member = authorOf(deed)
  if (member) openOverlay({ kind: "person", room: deed.room, member })
}

/** As `showCard`, of the author of a message. */
export function showAuthor(room: Room, key: string): void {
  const message = room.feed.timeline.find(key)
  if (message) showCard({ room, message })
}

/** Whether one's own reaction with this emoji is on the message. */
export const isMyReaction = ({ row }: Deed, emoji: string): boolean =>
  row.reactions.some((reaction) => reaction.emoji === emoji && reaction.isMine)

export function toggleReaction(deed: Deed, emoji: string): void {
  deed.room.sender.change(deed.message.id, { change: "react", emoji, isOn: !isMyReaction(deed, emoji) })
}

export function pickReaction(deed: Deed): void {
  openOverlay({ kind: "react", deed })
}

export function reply({ room, row, message }: Deed): void {
  const { id, seq, userId, user } = message
  const excerpt = excerptOf(row)
  room.draft.reply({ id, seq, userId, username: user.username, excerpt })
  focusComposer()
}

/** A message of files alone may be given a text. */
export const mayEdit = ({ row }: Deed): boolean => row.isMine && (row.type === "text" || row.content === "")

export function edit({ room, row, message }: Deed): void {
  begunFrom = withKeyboard.peek()
  room.editing.begin(message.id, row.content)
}

/** The message from which editing was started by keyboard; otherwise it was started from the composer. */
let begunFrom: string | undefined

export function cameFrom(): string | undefined {
  const from = begunFrom
  begunFrom = undefined
  return from
}

/** One's own messages; moderators may delete all, if the server identifies people. */
export const mayDelete = ({ room, row }: Deed): boolean => row.isMine || room.belonging.mayModerate

export function askToDelete(deed: Deed): void {
  openOverlay({ kind: "delete", deed })
}

/** Resolves to whether it was copied. */
export function copyLink({ room, message }: Deed): Promise<boolean> {
  return copyText(location.origin + linkToMessage(room.id, message.seq))
}

export function copyContent({ row }: Deed): Promise<boolean> {
  return copyText(row.content)
}
