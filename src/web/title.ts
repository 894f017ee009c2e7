/** How much is new of what may disturb: in the title of the page, with where one is, and on the app's icon. */
import { computed, effect } from "@preact/signals-core"
import type { Client } from "./core/client.ts"
import type { Preferences } from "./core/preferences.ts"
import type { Room } from "./core/room.ts"
import { texts } from "./texts/texts.ts"

export function followTitle(client: Client, preferences: Preferences): void {
  const unread = computed(() => client.rooms.value.reduce((sum, room) => sum + newsIn(room, preferences), 0))
  effect(() => {
    const room = client.open.value?.name.value
    const t = texts().title
    const title = room ? t.room(room) : t.page
    document.title = unread.value > 0 ? t.unread(unread.value > 99 ? "99+" : `${unread.value}`, title) : title
  })
  effect(() => showOnIcon(unread.value))
}

function newsIn(room: Room, preferences: Preferences): number {
  const { unread, mentions } = room.standing.news.value
  const level = preferences.levelOf(room)
  return level === "all" ? unread : level === "mentions" ? mentions : 0
}

/** Of an app that was installed; elsewhere it is refused, and in some browsers it does not exist. */
function showOnIcon(count: number): void {
  navigator.setAppBadge?.(count).catch(() => {})
}
