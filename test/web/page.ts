import { effect } from "@preact/signals-core"
import { io } from "socket.io-client"
import type { Account } from "../../src/web/core/account.ts"
import { Client } from "../../src/web/core/client.ts"
import { type Clock, systemClock } from "../../src/web/core/clock.ts"
import { Kept, type KeyValue } from "../../src/web/core/kept.ts"
import type { Room } from "../../src/web/core/room.ts"
import type { ChatSocket } from "../../src/web/core/wire.ts"

/** What a browser keeps: for all its tabs, and for one of them. */
export interface Storage {
  readonly forBrowser: KeyValue
  readonly forTab: KeyValue
}

export interface Page extends AsyncDisposable {
  readonly client: Client
  readonly socket: ChatSocket
  readonly storage: Storage
}

export interface PageOptions {
  /** `null`: nobody chose one. */
  readonly name?: string | null
  /** In the place of a browser's cookie. */
  readonly token?: string
  readonly whose?: () => Promise<Account | undefined>
  readonly storage?: Storage
  readonly clock?: Clock
  /** Without waiting for a second to come back. */
  readonly reconnectionDelay?: number
}

/** The page without its document: the client, on the real client library. */
export function openPage(url: string, options: PageOptions = {}): Page {
  const { name = "Ann", token, whose, storage = newStorage(), clock = systemClock, reconnectionDelay = 20 } = options
  let socket: ChatSocket | undefined
  const client = new Client({
    connect: (auth) => {
      const withToken = (callback: (data: object) => void) => auth((data) => callback({ token, ...data }))
      const settings = {
        auth: token === undefined ? auth : withToken,
        autoConnect: false,
        transports: ["websocket"],
        forceNew: true,
      }
      socket = io(url, { ...settings, reconnectionDelay, reconnectionDelayMax: reconnectionDelay })
      return socket
    },
    clock,
    kept: new Kept(() => storage.forBrowser),
    keptInTab: new Kept(() => storage.forTab),
    ...(whose !== undefined && { whose }),
  })
  client.start()
  if (name !== null && client.identity.user.value === undefined) client.describe({ username: name, avatar: undefined })
  const close = async () => client.connection.close()
  return { client, socket: socket!, storage, [Symbol.asyncDispose]: close }
}

export function newStorage(): Storage {
  return { forBrowser: memory(), forTab: memory() }
}

/** The page in a room, joined. */
export async function visit(page: Page, roomId: string): Promise<Room> {
  page.client.visit(roomId)
  const room = page.client.find(roomId)!
  await until(() => room.isJoined)
  return room
}

/** Resolves once it holds; signals that it reads are what it is asked again for. */
export function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (!condition()) return
      // Not at once: the effect may be in its first run, and `stop` not there yet.
      queueMicrotask(() => {
        stop()
        resolve()
      })
    })
  })
}

/** Loses the connection, and waits until the room knows. */
export async function offline(page: Page, room: Room): Promise<void> {
  page.socket.disconnect()
  await until(() => !room.isJoined)
}

/** What the room has stored, as the page shows it. */
export function received(room: Room): string[] {
  room.feed.timeline.version.value
  return room.feed.timeline.messages.map(({ content }) => content)
}

/** What a person reads: what was stored, then what still waits. */
export function contents(room: Room): string[] {
  return [...received(room), ...room.sender.outbox.entries.value.map(({ content }) => content)]
}

function memory(): KeyValue {
  const values = new Map<string, string>()
  return {
    get length() {
      return values.size
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
}
