/**
 * Whether people are in a room now, or online at all. News since a list was fetched are newer than the list; a crowd
 * gets no news.
 */
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

/** Whether a member is online, in this room or not. */
export function isOnline({ presence }: Pick<Room, "presence">, member: RoomMember, online: Online): boolean {
  return isHere(presence, member) || isPresent(member, online)
}

/** `undefined` while there are no news of others. */
export function presenceOf(peer: Pick<Peer, "userId" | "isOnline">, client: Hearing & Pick<Client, "online">) {
  return hearsOfOthers(client) ? isPresent(peer, client.online.value) : undefined
}

/** Whether the server tells who comes and goes: otherwise what is known may be outdated. */
export function hearsOfOthers({ connection }: Hearing): boolean {
  return !["offline", "down", "refused"].includes(connection.state.value.kind)
}

type Hearing = { readonly connection: Pick<Client["connection"], "state"> }

export function isPresent({ userId, isOnline }: Pick<Peer, "userId" | "isOnline">, online: Online): boolean {
  return online.get(userId) ?? isOnline
}

/**
 * How many people of a room are online: of its members, once fetched; for a crowd, and with AUTH=open, of those in it.
 * `undefined` while unknown.
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
 * The number shown for a room one is not in. The list counts people who are in it now; where people are identified,
 * most online members look at another room, and the room itself would show another number.
 */
export function onlineListed({ memberCount }: ListedRoom, client: Hearing & Pick<Client, "isKnown">): number {
  return client.isKnown || !hearsOfOthers(client) ? 0 : memberCount
}
