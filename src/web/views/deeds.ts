/** What can be done with a message, wherever it is offered. */
import { copyText } from "../clipboard.ts"
import { excerptOf } from "../core/excerpt.ts"
import type { Room } from "../core/room.ts"
import { withKeyboard } from "./acting.ts"
import { focusComposer } from "./composer-field.ts"
import { linkToMessage } from "./linked-message.ts"
import { type Deed, openOverlay } from "./overlay.ts"
import type { RoomRows } from "./room-rows.ts"

/** Asks what is to be done with a message; what waits to be sent, or is being edited, is not asked about. */
export function ask(room: Room, rows: RoomRows, key: string): void {
  const message = room.feed.timeline.find(key)
  if (message === undefined || room.editing.current.peek()?.messageId === key) return
  const at = rows.at(rows.slots.ofRow(room.feed.timeline.indexAfter(message.seq - 1)))
  if (at.kind === "message") openOverlay({ kind: "message", deed: { room, row: at.row, message } })
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

/** What is only files may be given a text. */
export const mayEdit = ({ row }: Deed): boolean => row.isMine && (row.type === "text" || row.content === "")

export function edit({ room, row, message }: Deed): void {
  begunFrom = withKeyboard.peek()
  room.editing.begin(message.id, row.content)
}

/** The message that one came from to edit it; otherwise one came from the composer. */
let begunFrom: string | undefined

export function cameFrom(): string | undefined {
  const from = begunFrom
  begunFrom = undefined
  return from
}

/** One's own, and where the server knows who is who, a moderator anybody's. */
export const mayDelete = ({ room, row }: Deed): boolean => row.isMine || room.belonging.mayModerate

export function askToDelete(deed: Deed): void {
  openOverlay({ kind: "delete", deed })
}

/** Whether it was copied. */
export function copyLink({ room, message }: Deed): Promise<boolean> {
  return copyText(location.origin + linkToMessage(room.id, message.seq))
}

export function copyContent({ row }: Deed): Promise<boolean> {
  return copyText(row.content)
}
