/** Marking rooms as read, and setting their notification levels. */
import type { Client } from "./client.ts"
import type { Level, Preferences } from "./preferences.ts"
import type { Room } from "./room.ts"
import type { Refusal } from "./wire.ts"

/** Everything so far, fetched or not. */
export function markRead({ feed, reading, standing }: Room): void {
  reading.readTo(Math.max(feed.timeline.last?.seq ?? 0, standing.rev))
  reading.eraseLine()
}

export function markAllRead(client: Client): void {
  for (const room of client.rooms.peek()) markRead(room)
}

/** If the server stores it, it is shown at once, and undone if it is refused. Resolves to the refusal. */
export async function setLevel(
  room: Room,
  level: Level,
  client: Client,
  preferences: Preferences,
): Promise<Refusal | undefined> {
  const before = room.level.peek()
  if (before === undefined) {
    preferences.setLevel(room.id, level)
    return undefined
  }
  room.level.value = level
  const { userId } = client.identity
  const reply = await client.connection.request("set_notifications", { roomId: room.id, userId, level })
  if (reply.ok) return undefined
  room.level.value = before
  return reply.error
}
