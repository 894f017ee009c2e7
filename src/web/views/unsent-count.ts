/** How many messages only this browser has, of the current or the last user. */
import type { Client } from "../core/client.ts"

export function unsentIn({ rooms }: Client): number {
  return rooms.value.reduce((sum, { sender }) => sum + sender.outbox.entries.value.length, 0)
}
