/** Marking rooms as read, and setting their notification levels. */
import type { Client } from "./client.ts"
import type { Level, Preferences } from "./preferences.ts"
import type { Room } from "./room.ts"

/** Everything so far, fetched or not. */
export function markRead({ feed, reading, standing }: Room): void {
  reading.readTo(Math.max(feed.timeline.last?.seq ?? 0, standing.rev))
  reading.eraseLine()
}

export function markAllRead(client: Client): void {
  for (const room of client.rooms.peek()) markRead(room)
}

/** If the server stores it, it is shown at once, and undone if it is refused. */
export async function setLevel(room: Room, level: Level, client: Client, preferences: Preferences): Promise<void> {
  const before = room.level.peek()
  if (before === undefined) return preferences.setLevel(room.id, level)
  room.level.value = level
  const { userId } = client.identity
  const reply = await client.connection.request("set_notifications", { roomId: room.id, userId, level })
  if (!reply.ok) room.level.value = before
}
