/** Whether a member is in the room now: who comes and goes is told, but in a crowd only how many there were when asked. */
import type { RoomMember } from "./belonging.ts"
import { limits } from "./limits.ts"
import type { Presence } from "./presence.ts"

export function isHere({ members, count }: Presence, { userId, isHere: wasHere }: RoomMember): boolean {
  return members.value.has(userId) || (count.value > limits.crowdedAbove && wasHere)
}
