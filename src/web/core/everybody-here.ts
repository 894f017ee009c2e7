/**
 * Fetches who is here when somebody looks: for a crowd, which is told only its number. Otherwise everything is known.
 */
import type { Client } from "./client.ts"
import type { Room } from "./room.ts"
import { fetchMembers } from "./who-is-here.ts"

/** No more than somebody would want to see. */
export async function fetchEverybodyHere(room: Room, { connection }: Pick<Client, "connection">, max: number) {
  const { id: roomId, presence } = room
  if (!room.isJoined || presence.isListed(max)) return
  await fetchMembers({ roomId, connection }, presence, { max, isWanted: () => room.isJoined })
}
