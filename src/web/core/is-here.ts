/** Whether people are in a room now, or online at all. What was told since a list came is newer than it; in a crowd nobody is told. */
import type { RoomMember } from "./belonging.ts"
import type { Client } from "./client.ts"
import { limits } from "./limits.ts"
import type { Presence } from "./presence.ts"
import type { Peer, Room } from "./room.ts"
import type { ListedRoom } from "./wire.ts"

type Online = ReadonlyMap<string, boolean>

export function isHere({ members, count }: Presence, { userId, isHere: wasHere }: RoomMember): boolean {
  return members.value.has(userId) || (count.value > limits.crowdedAbove && wasHere)
}

/** Whether a member is there at all, in this room or not. */
export function isOnline({ presence }: Pick<Room, "presence">, member: RoomMember, online: Online): boolean {
  return isHere(presence, member) || isPresent(member, online)
}

/** `undefined` while nothing is heard of others. */
export function presenceOf(peer: Pick<Peer, "userId" | "isOnline">, client: Hearing & Pick<Client, "online">) {
  return hearsOfOthers(client) ? isPresent(peer, client.online.value) : undefined
}

/** Whether the server tells who comes and goes: without it what is known of them may be long past. */
export function hearsOfOthers({ connection }: Hearing): boolean {
  return !["offline", "down", "refused"].includes(connection.state.value.kind)
}

type Hearing = { readonly connection: Pick<Client["connection"], "state"> }

export function isPresent({ userId, isOnline }: Pick<Peer, "userId" | "isOnline">, online: Online): boolean {
  return online.get(userId) ?? isOnline
}

/**
 * How many of a room are online: of those who belong to it, once they were asked for; of a crowd, and where nobody is
 * known, as many as are in it. `undefined` while that is not known.
 */
export function onlineIn(
  room: Pick<Room, "presence" | "belonging">,
  client: Hearing & Pick<Client, "isKnown" | "online">,
): number | undefined {
  const { isKnown, online } = client
  const { count } = room.presence
  if (!hearsOfOthers(client)) return undefined
  if (!isKnown || count.value > limits.crowdedAbove) return count.value
  const { members, unlisted } = room.belonging
  const listed = members.value.filter((member) => isOnline(room, member, online.value)).length
  return members.value.length === 0 ? undefined : listed + unlisted.value.online
}

/**
 * How many are to be told of a room one is not in. The list counts whom it holds now: where people are known, most of its
 * members who are online look at another room, and the room itself would say another number.
 */
export function onlineListed({ memberCount }: ListedRoom, client: Hearing & Pick<Client, "isKnown">): number {
  return client.isKnown || !hearsOfOthers(client) ? 0 : memberCount
}
