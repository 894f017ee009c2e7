/**
 * What another server did that concerns people with sockets here too. Such news may be
 * late, doubled or outdated, so the store is asked for the current state. Only how far
 * somebody has read, which the store learns later, is taken from the news itself, and never
 * moves back.
 */
import { ChatError } from "../contract/errors.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { Effect } from "./effects.ts"
import type { ExitReason, Personal } from "./neighbours.ts"
import {
  askOwnRoom,
  learnOfMembership,
  learnOfRoom,
  noLongerMember,
  readUpdated,
  roomUpdated,
  trying,
  userUpdated,
} from "./personal.ts"
import type { ChatParts } from "./request.ts"
import type { Command, Outcomes } from "./rules/rules.ts"

export function hearOfPeople(chat: ChatParts, personal: Personal): Effect[] {
  if ("roomId" in personal) chat.inboxes.hasChanged(personal.roomId, "userId" in personal ? personal.userId : undefined)
  switch (personal.kind) {
    case "member":
      learnOfRoom(chat, personal.userId, personal.roomId)
      return []
    case "membership":
      learnOfMembership(chat, personal.userId, personal.roomId)
      return []
    case "left":
      left(chat, personal.userId, personal.roomId, personal.reason)
      return []
    case "room":
      roomIs(chat, personal.roomId)
      return []
    case "profile":
      profileIs(chat, personal.userId)
      return []
    case "deleted": {
      const { roomId } = personal
      return chat.inboxes.usersOf(roomId).flatMap((userId) => noLongerMember(chat, userId, roomId, "deleted"))
    }
    case "read": {
      const { userId, roomId, standing } = personal
      // Until the other server has stored it, this one counts with it too, also for devices that connect here
      // meanwhile.
      chat.marks.hear({ roomId, userId, seq: standing.readSeq })
      return chat.inboxes.isBehind(userId, roomId, standing.readSeq) ? readUpdated(chat, userId, roomId, standing) : []
    }
  }
}

/** Unless they are a member again. */
function left(chat: ChatParts, userId: UserId, roomId: RoomId, reason: ExitReason): void {
  if (!chat.inboxes.has(userId, roomId)) return
  askOwnRoom(chat, { userId, roomId }, (room) => {
    const isNone = room instanceof ChatError && room.code === "ERR_NOT_IN_ROOM"
    if (isNone) chat.later.push(...noLongerMember(chat, userId, roomId, reason))
  })
}

function roomIs(chat: ChatParts, roomId: RoomId): void {
  const [userId] = chat.inboxes.usersOf(roomId)
  if (userId === undefined) return
  // Read with the right to see any room: who of those here is a member is known here.
  asking(chat, { kind: "getRoom", userId, roomId, isAdmin: true }, (room) => roomUpdated(chat, room))
}

function profileIs(chat: ChatParts, userId: UserId): void {
  if (chat.inboxes.size === 0 && !chat.presence.isAnywhere(userId)) return
  const unchanged = { username: undefined, avatar: undefined, at: 0 }
  asking(chat, { kind: "updateProfile", userId, ...unchanged }, ({ member, roomIds }) =>
    userUpdated(chat, member, roomIds),
  )
}

function asking<K extends Command["kind"]>(
  chat: ChatParts,
  command: Command & { readonly kind: K },
  tell: (outcome: Outcomes[K]) => Effect[],
): void {
  const settled = (effects: Effect[] | ChatError) => {
    if (!(effects instanceof ChatError)) chat.later.push(...effects)
  }
  trying(() => chat.ask<K, Effect[]>(command, settled, tell))
}
