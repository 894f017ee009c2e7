/** Every request about a room, with what it asks beside the room's id: for tests that try them all on rooms of all kinds. */
import type { ClientEvent } from "../../src/contract/events.ts"

const id = "0199c0de-7a3b-7c51-8f2e-4b6d9e1f3a07"

/** None of it changes anything for somebody who may not be there. */
export const aboutRooms: readonly (readonly [ClientEvent, object])[] = [
  ["join_room", { username: "eve" }],
  ["get_room", {}],
  ["leave_room", {}],
  ["leave_room", { forGood: true }],
  ["send_message", { content: "hi" }],
  ["edit_message", { id, content: "hi" }],
  ["delete_message", { id }],
  ["react", { id, emoji: "👍", isOn: true }],
  ["typing", { isTyping: true }],
  ["sync", { since: 0 }],
  ["get_history", {}],
  ["get_members", {}],
  ["list_members", {}],
  ["add_member", { targetId: "ann" }],
  ["set_role", { targetId: "ann", role: "member" }],
  ["remove_member", { targetId: "ann", ban: true }],
  ["unban_member", { targetId: "ann" }],
  ["list_banned", {}],
  ["update_room", { name: "Mine" }],
  ["delete_room", {}],
  ["mark_read", { seq: 1 }],
  ["set_notifications", { level: "all" }],
  ["create_invite", {}],
  ["search_messages", { query: "canary" }],
]
