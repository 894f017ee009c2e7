/** What a load does to rooms from outside: makes them, and reads in the end what they hold. */
import { ask } from "./ask.ts"
import { Client, type ConnectOptions } from "./client.ts"
import type { Message, Stored } from "./delivery/observation.ts"

const userId = "load-reader"
const pageLength = 200
const nobody = { event: () => {}, closed: () => {} }

/** Returns their ids. Rejects when the server refuses to make that many. */
export async function createRooms(url: string, count: number, options?: ConnectOptions): Promise<string[]> {
  const client = await Client.connect(url, nobody, options)
  try {
    const ids: string[] = []
    for (let n = 1; n <= count; n++) {
      const { room } = await ask(client, "create_room", { name: `Load ${n}`, userId })
      ids.push(room.id)
    }
    return ids
  } finally {
    client.close()
  }
}

/** Every message of the rooms, oldest first, as a newcomer finds them. */
export async function readRooms(url: string, ids: readonly string[], options?: ConnectOptions): Promise<Stored> {
  const client = await Client.connect(url, nobody, options)
  try {
    const rooms = new Map<string, readonly Message[]>()
    for (const roomId of ids) {
      await ask(client, "join_room", { roomId, userId, username: userId })
      rooms.set(roomId, await readRoom(client, roomId))
      await ask(client, "leave_room", { roomId, userId })
    }
    return rooms
  } finally {
    client.close()
  }
}

async function readRoom(client: Client, roomId: string): Promise<Message[]> {
  const pages: (readonly Message[])[] = []
  for (let before: number | undefined; ; before = pages.at(-1)?.[0]?.seq) {
    const page = await ask(client, "get_history", { roomId, limit: pageLength, ...(before && { before }) })
    pages.push(page.messages)
    if (!page.hasMore) return pages.toReversed().flat()
  }
}
