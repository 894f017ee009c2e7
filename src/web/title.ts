/**
 * Unread messages that may notify: in the page's title, with the open room, and on the icons of its tab and of the app.
 */
import { computed, effect, type ReadonlySignal } from "@preact/signals-core"
import type { Client } from "./core/client.ts"
import type { Preferences } from "./core/preferences.ts"
import type { Room } from "./core/room.ts"
import { laterTexts, shownCount } from "./texts/texts.ts"

export function followTitle(client: Client, preferences: Preferences): void {
  const unread = computed(() => client.rooms.value.reduce((sum, room) => sum + newsIn(room, preferences), 0))
  effect(() => {
    const room = client.open.value?.name.value
    const t = laterTexts().title
    const title = room ? t.room(room) : t.page
    document.title = unread.value > 0 ? t.unread(shownCount(unread.value), title) : title
  })
  effect(() => showOnIcon(unread.value))
  const hasNews = computed(() => unread.value > 0)
  effect(() => void markTab(hasNews))
}

function newsIn(room: Room, preferences: Preferences): number {
  const { unread, mentions } = room.standing.news.value
  const level = preferences.levelOf(room)
  return level === "all" ? unread : level === "mentions" ? mentions : 0
}

/** For an installed app; elsewhere it is refused, and some browsers do not have it. */
function showOnIcon(count: number): void {
  navigator.setAppBadge?.(count).catch(() => {})
}

const dot = '<circle cx="24" cy="8" r="7" fill="#e5533d" stroke="#fff" stroke-width="2"/></svg>'
/** The plain icon of the tab, and the one with the dot, once there was news. */
let [plain, marked] = ["", ""]

/** A pinned tab, or one of many, shows no title. */
async function markTab(hasNews: ReadonlySignal<boolean>): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  const isMeant = hasNews.value
  if (link === null) return
  plain ||= link.href
  if (isMeant) marked ||= await withDot().catch(() => "")
  // It may be over by then.
  link.href = (hasNews.peek() && marked) || plain
}

async function withDot(): Promise<string> {
  const drawing = await (await fetch(plain)).text()
  return URL.createObjectURL(new Blob([drawing.replace("</svg>", dot)], { type: "image/svg+xml" }))
}
