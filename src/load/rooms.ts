/** What a load does to rooms from outside: creates them, and reads their contents at the end. */
import { ask } from "./ask.ts"
import { isPage, isRoom } from "./believable.ts"
import { Client, type ConnectOptions } from "./client.ts"
import type { Message, Stored } from "./delivery/observation.ts"

const userId = "load-reader"
const pageLength = 200
/** More than this process can hold. */
const messagesMaxDefault = 10_000_000
const nobody = { event: () => {}, closed: () => {} }

/** Returns their ids. Rejects if the server refuses to create that many. */
export async function createRooms(url: string, count: number, options?: ConnectOptions): Promise<string[]> {
  const client = await Client.connect(url, nobody, options)
  try {
    const ids: string[] = []
    for (let n = 1; n <= count; n++) {
      const { room } = await ask(client, "create_room", { name: `Load ${n}`, userId })
      if (!isRoom(room)) throw new Error("The server's answer to create_room holds no room.")
      ids.push(room.id)
    }
    return ids
  } finally {
    client.close()
  }
}

interface ReadOptions extends ConnectOptions {
  /** In one room: a server that has more has invented them. */
  readonly messagesMax?: number
}

/** Every message of the rooms, oldest first, as a newcomer finds them. */
export async function readRooms(url: string, ids: readonly string[], options: ReadOptions = {}): Promise<Stored> {
  const { messagesMax = messagesMaxDefault } = options
  const client = await Client.connect(url, nobody, options)
  try {
    const rooms = new Map<string, readonly Message[]>()
    for (const roomId of ids) {
      await ask(client, "join_room", { roomId, userId, username: userId })
      rooms.set(roomId, await withDeleted(client, roomId, await readRoom(client, roomId, messagesMax)))
      await ask(client, "leave_room", { roomId, userId })
    }
    return rooms
  } finally {
    client.close()
  }
}

/** And the remains of deleted ones, which only pages of changes contain. */
async function withDeleted(client: Client, roomId: string, present: readonly Message[]): Promise<readonly Message[]> {
  const deleted: Message[] = []
  for (let since = 0; ; ) {
    const page: unknown = await ask(client, "sync", { roomId, since, limit: pageLength })
    if (!isPage(page)) throw new Error("The server's answer to sync is no page.")
    deleted.push(...page.messages.filter(({ deletedAt }) => deletedAt !== undefined))
    const last = page.messages.at(-1)?.rev
    if (!page.hasMore || last === undefined) break
    if (last <= since) throw new Error("The server's pages lead nowhere.")
    since = last
  }
  return deleted.length === 0 ? present : [...present, ...deleted].sort((a, b) => a.seq - b.seq)
}

async function readRoom(client: Client, roomId: string, messagesMax: number): Promise<Message[]> {
  const pages: (readonly Message[])[] = []
  let read = 0
  for (let before: number | undefined; ; before = pages.at(-1)?.[0]?.seq) {
    const page: unknown = await ask(client, "get_history", { roomId, limit: pageLength, ...(before && { before }) })
    if (!isPage(page)) throw new Error("The server's answer to get_history is no page.")
    const { messages, hasMore } = page
    pages.push(messages)
    read += messages.length
    if (read > messagesMax) throw new Error("The server gives more messages of a room than were ever sent to it.")
    if (!hasMore) return pages.toReversed().flat()
    const first = messages[0]?.seq
    if (!first || (before !== undefined && first >= before)) throw new Error("The server's pages lead nowhere.")
  }
}
