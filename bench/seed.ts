/** Fills a data folder through Warren's own door: messages to many rooms in turn, so that they interleave in the file. */
import { ask } from "../src/load/ask.ts"
import { Client } from "../src/load/client.ts"
import { createRooms } from "../src/load/rooms.ts"
import { type Contender, start } from "./contenders.ts"
import { contentBytes } from "./workloads.ts"

/** Of the one socket that sends: enough for large commits, well below what the server takes. */
const inFlight = 500
const userId = "seed"
const nobody = { event: () => {}, closed: () => {} }

export interface Seeded {
  readonly dataDir: string
  readonly roomIds: readonly string[]
  readonly messagesPerRoom: number
}

/** `readers` become members before anything is said, and read nothing of it. */
export async function seed(
  contender: Contender,
  dataDir: string,
  rooms: number,
  messages: number,
  readers: readonly string[] = [],
): Promise<Seeded> {
  const server = await start(contender, dataDir)
  try {
    const roomIds = await createRooms(server.url, rooms)
    const client = await Client.connect(server.url, nobody)
    for (const reader of readers) {
      for (const roomId of roomIds) await ask(client, "join_room", { roomId, userId: reader, username: reader })
    }
    await joinAll(client, roomIds)
    await sendAll(client, roomIds, messages)
    client.close()
    return { dataDir, roomIds, messagesPerRoom: messages / rooms }
  } finally {
    await server.stop()
  }
}

export async function joinAll(client: Client, roomIds: readonly string[]): Promise<void> {
  for (const roomId of roomIds) await ask(client, "join_room", { roomId, userId, username: userId })
}

export function sendAll(client: Client, roomIds: readonly string[], messages: number): Promise<void> {
  const done = Promise.withResolvers<void>()
  const granted = Buffer.from('[{"ok":true')
  let sent = 0
  let acked = 0
  const next = () => {
    const content = `Message ${sent} `.padEnd(contentBytes, ".")
    client.send("send_message", { roomId: roomIds[sent++ % roomIds.length], userId, content }, (bytes, start, end) => {
      if (bytes.compare(granted, 0, granted.length, start, start + granted.length) !== 0) {
        done.reject(new Error(`A message was refused: ${bytes.toString("utf8", start, end)}`))
      }
      acked++
      if (sent < messages) next()
      else if (acked === messages) done.resolve()
    })
  }
  while (sent < Math.min(inFlight, messages)) next()
  return done.promise
}
