/** Requests about rooms as a whole. Each resolves to the server's refusal, if any. */
import type { Client } from "./client.ts"
import type { Room } from "./room.ts"
import type { Payload, Refusal, RoomInfo } from "./wire.ts"

/** The same `requestId` again is the same room: whoever got no answer asks again, and makes no second one. */
export async function createRoom(
  { connection, identity }: Client,
  wanted: Pick<Payload<"create_room">, "name" | "visibility" | "requestId">,
): Promise<RoomInfo | Refusal> {
  const reply = await connection.request("create_room", { userId: identity.userId, ...wanted })
  return reply.ok ? reply.room : reply.error
}

/** What is left out of a change stays as it is. */
export async function updateRoom(
  { connection, identity }: Client,
  room: Room,
  change: Pick<Payload<"update_room">, "name" | "topic" | "keepDays">,
): Promise<Refusal | undefined> {
  const reply = await connection.request("update_room", { roomId: room.id, userId: identity.userId, ...change })
  if (!reply.ok) return reply.error
  room.describe(reply.room)
  return undefined
}

/** For good. Where the server keeps whose rooms these are it must have heard that: it would bring the room back. */
export async function leaveRoom(client: Client, room: Room): Promise<Refusal | undefined> {
  const { connection, identity, isKnown } = client
  if (!isKnown) {
    client.leave(room)
    return undefined
  }
  const reply = await connection.request("leave_room", { roomId: room.id, userId: identity.userId, forGood: true })
  if (!reply.ok) return reply.error
  room.disconnected()
  client.forget(room)
  return undefined
}

/** For everybody, and for ever. */
export async function deleteRoom(client: Client, room: Room): Promise<Refusal | undefined> {
  const { connection, identity } = client
  const reply = await connection.request("delete_room", { roomId: room.id, userId: identity.userId })
  if (!reply.ok) return reply.error
  client.forget(room)
  return undefined
}

/** Joins the room of an invite, with an existing account. */
export async function acceptInvite(client: Client, code: string): Promise<RoomInfo | Refusal> {
  const { connection, identity } = client
  const reply = await connection.request("accept_invite", { userId: identity.userId, code })
  if (!reply.ok) return reply.error
  client.belongTo(reply.room.id, "").describe(reply.room)
  return reply.room
}

/** The one room of exactly these people, or why there is none. */
export async function openDirect(client: Client, targetIds: readonly string[]): Promise<RoomInfo | Refusal> {
  const { connection, identity } = client
  const reply = await connection.request("open_direct", { userId: identity.userId, targetIds: [...targetIds] })
  if (!reply.ok) return reply.error
  client.belongTo(reply.room.id, "").describe(reply.room)
  return reply.room
}
