/** How many messages nobody has but this browser, of whoever is or was signed in. */
import type { Client } from "../core/client.ts"

export function unsentIn({ rooms }: Client): number {
  return rooms.value.reduce((sum, { sender }) => sum + sender.outbox.entries.value.length, 0)
}
