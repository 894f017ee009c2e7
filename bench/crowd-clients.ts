/**
 * A process of simulated clients, in raw frames, for crowds that one process with the server could not hold.
 *
 * It takes orders as JSON lines and answers each by one. Times are those of the machine's clock, so that what
 * several such processes saw can be compared.
 */
import { ask } from "../src/load/ask.ts"
import { Client } from "../src/load/client.ts"

export type Order =
  /** Connects so many, named from `first` on, each to the next of the addresses. */
  | { readonly kind: "connect"; readonly urls: readonly string[]; readonly first: number; readonly count: number }
  | { readonly kind: "join"; readonly roomId: string }
  /** All say goodbye. Answers once each connection has ended; as many others may come then. */
  | { readonly kind: "leave" }
  /** The first of the clients says it. */
  | { readonly kind: "say"; readonly roomId: string; readonly content: string }
  /** Answers once each client has heard so many messages in all, or one of them is gone. */
  | { readonly kind: "hear"; readonly messages: number }

export interface Done {
  /** Of the machine's clock, in milliseconds. */
  readonly atMs: number
  /** Connections that ended, so far; none of those that said goodbye. */
  readonly lost: number
}

const concurrency = 64
/** `["message_received"`, unlike every other event that a crowd hears, has its m there. */
const m = 0x6d

const clients: Client[] = []
let first = 0
let heard = 0
let lost = 0
/** Deliveries that are waited for, and who waits. */
let awaited = Number.POSITIVE_INFINITY
let allHeard = () => {}

const handler = {
  event: (bytes: Buffer, start: number) => {
    if (bytes[start + 2] === m && ++heard >= awaited) allHeard()
  },
  closed: () => {
    lost++
    allHeard()
  },
}

if (import.meta.main) await obey()

async function obey(): Promise<void> {
  for await (const line of console) {
    await carryOut(JSON.parse(line) as Order)
    const done: Done = { atMs: nowMs(), lost }
    process.stdout.write(`${JSON.stringify(done)}\n`)
  }
  process.exit(0)
}

async function carryOut(order: Order): Promise<void> {
  switch (order.kind) {
    case "connect":
      first = order.first
      return inTurn(order.count, async (n) => {
        const url = order.urls[n % order.urls.length] as string
        clients[n] = await Client.connect(url, handler)
      })
    case "join":
      return inTurn(clients.length, async (n) => {
        const userId = `crowd-${first + n}`
        await ask(clients[n] as Client, "join_room", { roomId: order.roomId, userId, username: userId })
      })
    case "leave":
      return leave()
    case "say": {
      const { roomId, content } = order
      clients[0]?.emit("send_message", { roomId, userId: `crowd-${first}`, content })
      return
    }
    case "hear":
      return heardBy(order.messages * clients.length)
  }
}

function heardBy(deliveries: number): Promise<void> {
  if (heard >= deliveries || lost > 0) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  awaited = deliveries
  allHeard = () => {
    awaited = Number.POSITIVE_INFINITY
    resolve()
  }
  return promise
}

async function leave(): Promise<void> {
  for (const client of clients) client.close()
  while (lost < clients.length) await Bun.sleep(5)
  clients.length = 0
  lost = 0
  heard = 0
}

async function inTurn(count: number, act: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await act(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

function nowMs(): number {
  return performance.timeOrigin + performance.now()
}
