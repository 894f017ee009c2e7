/**
 * Rooms whose last owner was closed out get another: the oldest moderator, else member, who
 * is not closed out. It is looked for in what is stored, and not when it happens alone, so
 * that the terminal can close people out beside a server, and a server that dies in between
 * does it at its next start.
 */
import type { AccountsParts } from "./parts.ts"

export async function handOver({ store, handOverRoom }: AccountsParts): Promise<void> {
  for (const change of await store.read((tables) => tables.ownerlessRooms())) await handOverRoom(change)
}
