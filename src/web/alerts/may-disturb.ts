/** Whether a message may notify somebody, by their level for its room. Unread messages are counted at any level. */
import type { Preferences } from "../core/preferences.ts"
import type { News } from "../core/room.ts"

export function mayDisturb({ room, isForMe }: Pick<News, "room" | "isForMe">, preferences: Preferences): boolean {
  const level = preferences.levelOf(room)
  return level === "all" || (level === "mentions" && isForMe)
}
