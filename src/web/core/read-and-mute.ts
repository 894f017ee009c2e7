/** What a person says of their rooms: that all is read, and what of one may disturb. */
import type { Client } from "./client.ts"
import type { Level, Preferences } from "./preferences.ts"
import type { Room } from "./room.ts"

/** Whatever came so far, fetched or not. */
export function markRead({ feed, reading, standing }: Room): void {
  reading.readTo(Math.max(feed.timeline.last?.seq ?? 0, standing.rev))
  reading.eraseLine()
}

export function markAllRead(client: Client): void {
  for (const room of client.rooms.peek()) markRead(room)
}

/** Where the server keeps it, it is seen at once, and taken back if it is refused. */
export async function setLevel(room: Room, level: Level, client: Client, preferences: Preferences): Promise<void> {
  const before = room.level.peek()
  if (before === undefined) return preferences.setLevel(room.id, level)
  room.level.value = level
  const { userId } = client.identity
  const reply = await client.connection.request("set_notifications", { roomId: room.id, userId, level })
  if (!reply.ok) room.level.value = before
}
