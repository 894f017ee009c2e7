/** What a person does with rooms as a whole. Each resolves to what the server refused, if it did. */
import type { Client } from "./client.ts"
import type { Room } from "./room.ts"
import type { Payload, Refusal, RoomInfo } from "./wire.ts"

export async function createRoom(
  { connection, identity }: Client,
  name: string,
  visibility: Payload<"create_room">["visibility"],
): Promise<RoomInfo | Refusal> {
  const reply = await connection.request("create_room", { name, userId: identity.userId, visibility })
  return reply.ok ? reply.room : reply.error
}

export async function updateRoom(
  { connection, identity }: Client,
  room: Room,
  change: { readonly name: string; readonly topic: string },
): Promise<Refusal | undefined> {
  const reply = await connection.request("update_room", { roomId: room.id, userId: identity.userId, ...change })
  if (!reply.ok) return reply.error
  room.describe(reply.room)
  return undefined
}
