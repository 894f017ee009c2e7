/**
 * Alerts somebody who looks elsewhere: by a sound, and by a system notification while the
 * page is not visible, as far as the room may notify.
 */
import { effect, untracked } from "@preact/signals-core"
import type { Attention } from "../attention.ts"
import type { Client } from "../core/client.ts"
import type { Preferences } from "../core/preferences.ts"
import type { News } from "../core/room.ts"
import { Chime } from "./chime.ts"
import { mayDisturb } from "./may-disturb.ts"
import { Notifications } from "./notifications.ts"
import { Tabs } from "./tabs.ts"
import { isTakenBack } from "./taken-back.ts"

interface AlertsOptions {
  readonly client: Client
  readonly attention: Attention
  readonly preferences: Preferences
  /** Called with the path of a clicked notification. */
  readonly onOpen: (path: unknown) => void
}

export function followNews(options: AlertsOptions): Notifications {
  const { client, attention, preferences, onOpen } = options
  const notifications = new Notifications(preferences, onOpen)
  const chime = new Chime()
  const tabs = new Tabs(attention.isHere)
  effect(() => {
    const news = client.news.value
    if (news !== undefined) untracked(() => void tell(news, { ...options, notifications, tabs, chime }))
  })
  // Whoever opens a room knows what its notification said.
  effect(() => {
    const room = client.open.value
    if (room !== undefined && attention.isHere.value) void notifications.close(room.id)
  })
  // A deleted text must not be shown anywhere.
  effect(() => {
    const over = [...notifications.shown.value.values()].filter(isTakenBack)
    untracked(() => {
      for (const { room } of over) void notifications.close(room.id)
    })
  })
  return notifications
}

interface Teller extends AlertsOptions {
  readonly notifications: Notifications
  readonly tabs: Tabs
  readonly chime: Chime
}

async function tell(news: News, teller: Teller): Promise<void> {
  const { client, attention, preferences, notifications, tabs, chime } = teller
  const isHere = attention.isHere.value
  const isSeen = isHere && client.open.value === news.room
  if (isSeen || !mayDisturb(news, preferences) || !(await tabs.mayTell())) return
  if (preferences.hasSound.value) chime.play()
  if (!isHere) await notifications.show(news)
}
