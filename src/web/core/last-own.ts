/** Begins to edit this person's last message in a room, as far back as was fetched. Returns whether there is one. */

import type { Room } from "./room.ts"
import { saidIn } from "./rows.ts"

export function editLast(room: Room): boolean {
  const { entries, changes } = room.sender.outbox
  const pending = entries.value.findLast(({ type, refusal }) => type === "text" && refusal === undefined)
  const { timeline } = room.feed
  const stored = timeline.messages.findLast(({ userId, type }) => userId === room.userId && type === "text")
  const last = pending ?? stored
  if (last === undefined) return false
  const edit = changes.value.findLast(({ messageId, change }) => messageId === last.id && change === "edit")
  room.editing.begin(last.id, edit?.change === "edit" ? edit.content : saidIn(last))
  return true
}
