/**
 * System notifications. A service worker shows them: Android has no other way, and a
 * clicked one finds the page again even if its tab is gone. Each room has one, which shows
 * its latest message.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"
import type { Preferences } from "../core/preferences.ts"
import type { News } from "../core/room.ts"
import { pathOf } from "../navigation.ts"
import { laterTexts } from "../texts/texts.ts"
import { readLater } from "../views/read-later.ts"
import { registerWorker } from "./register.ts"
import type { Shown } from "./taken-back.ts"

/** `blocked`: the browser refuses, which only its own settings can change. */
type NotificationState = "unsupported" | "off" | "on" | "blocked"

/** Neither exists over plain http. */
const isSupported = "Notification" in window && "serviceWorker" in navigator

export class Notifications {
  readonly #preferences: Preferences
  readonly #permission = signal<NotificationPermission>(isSupported ? Notification.permission : "denied")
  readonly #shown = signal<ReadonlyMap<string, Shown>>(new Map())
  #worker: Promise<ServiceWorkerRegistration> | undefined

  /** `onOpen` is called with the path of a clicked notification. */
  constructor(preferences: Preferences, onOpen: (path: unknown) => void) {
    this.#preferences = preferences
    if (!isSupported) return
    navigator.serviceWorker.addEventListener("message", ({ data }) => onOpen(data))
    // If the browser does not report changes, they take effect with the next visit.
    this.#followPermission().catch(() => {})
  }

  readonly state: ReadonlySignal<NotificationState> = computed(() => {
    if (!isSupported) return "unsupported"
    if (this.#permission.value === "denied") return "blocked"
    return this.#permission.value === "granted" && this.#preferences.hasNotifications.value ? "on" : "off"
  })

  /** Asks the browser, which asks the person only after a click. */
  async turnOn(): Promise<void> {
    this.#permission.value = await Notification.requestPermission()
    if (this.#permission.value !== "granted") return
    this.#preferences.hasNotifications.set(true)
    await this.#registration()
  }

  turnOff(): void {
    this.#preferences.hasNotifications.set(false)
  }

  /** Notifications that are shown and not closed yet. */
  get shown(): ReadonlySignal<ReadonlyMap<string, Shown>> {
    return this.#shown
  }

  async show(news: News): Promise<void> {
    if (this.state.value !== "on") return
    const { room, message, username, excerpt, at } = news
    const unread = room.unread.peek()
    const [worker, body] = await Promise.all([this.#registration(), readLater(excerpt)])
    // The title of a direct message is the other person.
    const isBetweenTwo = room.peers.value.length === 1
    const title = isBetweenTwo ? username : laterTexts().alerts.title(username, room.name.value)
    await worker?.showNotification(title, {
      body,
      icon: "/icon-192.png",
      tag: room.id,
      // @ts-expect-error not in the types: what replaces another is shown again.
      renotify: true,
      // The page has its own sound, which can be turned off.
      silent: true,
      timestamp: Date.parse(at),
      data: pathOf(room.id, message?.seq),
    })
    this.#shown.value = new Map([...this.#shown.peek(), [room.id, { ...news, unread }]])
  }

  async close(roomId: string): Promise<void> {
    this.#shown.value = new Map([...this.#shown.peek()].filter(([id]) => id !== roomId))
    if (this.state.value !== "on") return
    const worker = await this.#registration()
    for (const shown of (await worker?.getNotifications({ tag: roomId })) ?? []) shown.close()
  }

  /** Without one (storage is forbidden, the server is down) there is no notification, and the next one tries again. */
  #registration(): Promise<ServiceWorkerRegistration | undefined> {
    this.#worker ??= registerWorker()
    return this.#worker.catch(() => {
      this.#worker = undefined
      return undefined
    })
  }

  async #followPermission(): Promise<void> {
    const status = await navigator.permissions.query({ name: "notifications" })
    status.onchange = () => {
      this.#permission.value = Notification.permission
    }
  }
}
