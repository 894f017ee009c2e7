/**
 * Rooms whose last owner was deactivated get another: the oldest active moderator, else the
 * oldest active member. It is found in what is stored, not only when it happens, so that
 * the terminal can deactivate people beside a server, and a server that dies in between
 * makes up for it at its next start.
 */
import type { AccountsParts } from "./parts.ts"

export async function handOver({ store, handOverRoom }: AccountsParts): Promise<void> {
  for (const change of await store.read((tables) => tables.ownerlessRooms())) await handOverRoom(change)
}
