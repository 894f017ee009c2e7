/** Whether what came may disturb somebody, as they said of its room. What is new is counted whatever they said. */
import type { Preferences } from "../core/preferences.ts"
import type { News } from "../core/room.ts"

export function mayDisturb({ room, isForMe }: Pick<News, "room" | "isForMe">, preferences: Preferences): boolean {
  const level = preferences.levelOf(room)
  return level === "all" || (level === "mentions" && isForMe)
}
