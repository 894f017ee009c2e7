/** Whether a member is in the room now: who comes and goes is told, but in a crowd only how many there were when asked. */
import type { RoomMember } from "./belonging.ts"
import { limits } from "./limits.ts"
import type { Presence } from "./presence.ts"
import type { Room } from "./room.ts"

export function isHere({ members, count }: Presence, { userId, isHere: wasHere }: RoomMember): boolean {
  return members.value.has(userId) || (count.value > limits.crowdedAbove && wasHere)
}

/** Whether somebody is there at all, in this room or not. What was told since the list came is newer than it. */
export function isOnline(
  { presence }: Pick<Room, "presence">,
  member: RoomMember,
  online: ReadonlyMap<string, boolean>,
): boolean {
  return isHere(presence, member) || (online.get(member.userId) ?? member.isOnline)
}
