/** Where an idle connection's memory goes: what a server keeps for each step a client takes. */
import { Client } from "../src/load/client.ts"
import { createRooms } from "../src/load/rooms.ts"
import { type Contender, type Running, start } from "./contenders.ts"
import { usageOf } from "./usage.ts"

/** Kilobytes of resident memory for each socket, by step. */
export interface Stages {
  /** The websocket, Engine.IO's session and Socket.IO's; of the bare peer, the websocket alone. */
  readonly connectionKb: number
  /** The user, and its place in a room. */
  readonly roomKb: number
}

const concurrency = 64
const rooms = 100
const nobody = { event: () => {}, closed: () => {} }

export async function measureStages(contender: Contender, sockets: number, settleMs: number): Promise<Stages> {
  const server = await start(contender)
  try {
    const roomIds = await createRooms(server.url, rooms)
    const clients = Array.from({ length: sockets }, () => new Client(nobody))
    const nothing = await settled(server, settleMs, clients, async () => {})
    const connected = await settled(server, settleMs, clients, async (client) => {
      await client.open(server.url)
      await client.enter()
    })
    const joined = await settled(server, settleMs, clients, (client, index) => {
      const userId = `stage-${index}`
      return client.request("join_room", { roomId: roomIds[index % rooms], userId, username: userId })
    })
    const kb = (to: number, from: number) => (to - from) / sockets / 1_024
    return { connectionKb: kb(connected, nothing), roomKb: kb(joined, connected) }
  } finally {
    await server.stop()
  }
}

/** The resident memory once everybody took the step. */
async function settled(
  server: Running,
  settleMs: number,
  clients: readonly Client[],
  step: (client: Client, index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0
  const worker = async () => {
    while (next < clients.length) {
      const index = next++
      await step(clients[index] as Client, index)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  await Bun.sleep(settleMs)
  return usageOf(server.pid).rssBytes
}
