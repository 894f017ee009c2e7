/**
 * `bun run bench --crowd`: thousands in one room, and thousands that are only connected, on one process: what each
 * costs, and how long a message takes to reach them all.
 *
 * The clients are processes of their own. A port of a loopback address serves one connection to the server's, so a
 * crowd that needs more of them is spread over several addresses.
 */
import { readdirSync } from "node:fs"
import { ask } from "../src/load/ask.ts"
import { Client } from "../src/load/client.ts"
import { createRooms } from "../src/load/rooms.ts"
import { type Contender, type ContenderKey, type Running, start } from "./contenders.ts"
import { Clients } from "./crowd-process.ts"
import { compare, judgeMost, medians, type Row, type Samples } from "./results.ts"
import { factor, median } from "./stats.ts"
import { type Usage, usageOf } from "./usage.ts"
import { contentBytes } from "./workloads.ts"

interface CrowdPlan {
  readonly rounds: number
  /** In one room. */
  readonly people: number
  /** That are connected, and in no room. */
  readonly idle: number
  /** How long these then stay, while four others talk in a room. */
  readonly heldMs: number
  readonly messages: number
}

/** Of 28,000 that Linux gives out by itself. */
const portsPerAddress = 20_000
const clientsPerProcess = 15_000
/** Descriptors that a process has open beside its connections. */
const otherDescriptors = 200
const settleMs = 3_000
const smallRoom = 4
const smallRoomIntervalMs = 1_000
/** Files and threads that a server opens in its first minutes. */
const openedLaterMax = 32
/** For a server to let go of all who left. */
const leaveMsMax = 60_000
/** 11,000 bytes. */
const kbGoal = 10.7

interface Gathered {
  /** To connect, and where there is a room to join it. */
  readonly cpuPerSocket: number
  readonly cpuOfJoining: number
  readonly kbPerSocket: number
}

interface Again {
  /** As `cpuPerSocket`, of as many others once these have left. */
  readonly cpuPerSocketAgain: number
}

interface Heard {
  readonly cpuPerDelivery: number
  readonly untilAllMs: number
}

interface Held {
  /** At the end. */
  readonly kbPerSocketHeld: number
  readonly cpuPerSecond: number
  /** Until a message in a small room is at all of it. */
  readonly untilAllMs: number
}

type Found<T> = Partial<Record<ContenderKey, T[]>>

/** Rejects when a contender is wrong. */
export async function measureGreatCrowd(contenders: readonly Contender[], plan: CrowdPlan): Promise<Row[]> {
  const found = await inRounds(contenders, plan, (contender) => crowd(contender, plan))
  const pick = (figure: keyof (Gathered & Heard & Again)) => samplesOf(found, (round) => round[figure])
  const { people } = plan
  const all = people.toLocaleString("en")
  return [
    besideBare("crowd-join", `Connect and join, ${all} into one room: CPU per socket`, pick("cpuPerSocket"), 250),
    besideBare("crowd-joining", `Joining alone, of these: CPU per socket`, pick("cpuOfJoining"), undefined),
    besideBare(
      "crowd-again",
      `The same by ${all} others, once these have left: CPU per socket`,
      pick("cpuPerSocketAgain"),
      250,
    ),
    rowOf("crowd-kept", `A connection, of ${all} in one room: RSS`, "KB", pick("kbPerSocket"), kbGoal),
    deliveryRow(`One room of ${all}, one message at a time: CPU per delivery`, pick("cpuPerDelivery")),
    rowOf("crowd-all", `One room of ${all}: until a message is at all`, "ms", pick("untilAllMs"), undefined),
  ]
}

export const idleKeys = ["crowd-connect", "crowd-idle", "crowd-held", "crowd-beating", "crowd-beside"] as const

/** As many as this machine's descriptors allow: its title says how many that were. */
export async function measureIdle(contenders: readonly Contender[], plan: CrowdPlan): Promise<Row[]> {
  const idle = Math.min(plan.idle, descriptorsMax() - otherDescriptors)
  const found = await inRounds(contenders, plan, (contender) => idleCrowd(contender, idle, plan.heldMs))
  const asked = idle === plan.idle ? "" : ` (of ${plan.idle.toLocaleString("en")} asked for; see ulimit -n)`
  const title = `${idle.toLocaleString("en")} connections${asked}, in no room`
  const held = `${title}, held for ${plan.heldMs / 1_000} s`
  const pick = (figure: keyof (Gathered & Held)) => samplesOf(found, (round) => round[figure])
  return [
    rowOf("crowd-connect", `${title}: CPU per socket`, "µs", pick("cpuPerSocket"), undefined),
    rowOf("crowd-idle", `${title}: RSS`, "KB", pick("kbPerSocket"), kbGoal),
    rowOf("crowd-held", `${held}: RSS`, "KB", pick("kbPerSocketHeld"), kbGoal),
    rowOf("crowd-beating", `${held}: CPU per second`, "ms", pick("cpuPerSecond"), undefined),
    rowOf("crowd-beside", `${held}: a message to all in a room of ${smallRoom}`, "ms", pick("untilAllMs"), undefined),
  ]
}

async function inRounds<T>(
  contenders: readonly Contender[],
  { rounds }: CrowdPlan,
  measure: (contender: Contender) => Promise<T>,
): Promise<Found<T>> {
  const lists = contenders.map(({ key }) => ({ key, list: [] as T[] }))
  for (let round = 0; round < rounds; round++) {
    for (const [n, contender] of contenders.entries()) lists[n]?.list.push(await measure(contender))
  }
  return Object.fromEntries(lists.map(({ key, list }) => [key, list]))
}

/** Twice, so that what a server does only once, to compile its code above all, is seen apart. */
function crowd(contender: Contender, { people, messages }: CrowdPlan): Promise<Gathered & Heard & Again> {
  return withServer(contender, people, async (server, clients) => {
    const [roomId = "", otherId = ""] = await createRooms(server.url, 2)
    const gathered = await gather(server, clients, { people, roomId })
    const heard = await talk(server, clients, { people, messages, roomId })
    await Promise.all(clients.map((one) => one.do({ kind: "leave" })))
    await checkEmpty(server.url, roomId)
    await Bun.sleep(settleMs)
    // Others and another room, so that there is as much to write and to tell as before.
    const { cpuPerSocket } = await gather(server, clients, { people, roomId: otherId, from: people })
    return { ...gathered, ...heard, cpuPerSocketAgain: cpuPerSocket }
  })
}

/** Rejects when a connection is lost, or one is still there after its client has left. */
function idleCrowd(contender: Contender, people: number, heldMs: number): Promise<Gathered & Held> {
  return withServer(contender, people, async (server, clients) => {
    const [roomId = ""] = await createRooms(server.url, 1)
    const opened = descriptorsOf(server.pid)
    const before = usageOf(server.pid)
    const gathered = await gather(server, clients, { people })
    const held = await hold(server, clients, { people, roomId, heldMs })
    const kbPerSocketHeld = (usageOf(server.pid).rssBytes - before.rssBytes) / people / 1_024
    await leave(server, clients, opened + openedLaterMax)
    return { ...gathered, ...held, kbPerSocketHeld }
  })
}

/** Throws where the server has not heard that all have left. */
async function checkEmpty(url: string, roomId: string): Promise<void> {
  const client = await Client.connect(url, { event: () => {}, closed: () => {} })
  const { memberCount } = await ask(client, "join_room", { roomId, userId: "last", username: "Last" })
  client.close()
  if (memberCount !== 1) throw new Error(`${memberCount - 1} of the crowd are still in its room.`)
}

async function withServer<T>(
  contender: Contender,
  connections: number,
  use: (server: Running, clients: readonly Clients[]) => Promise<T>,
): Promise<T> {
  const isSpread = connections > portsPerAddress
  const environment = { ...contender.environment, ...(isSpread && { HOST: "0.0.0.0" }) }
  const server = await start({ ...contender, environment })
  const clients = Array.from({ length: Math.ceil(connections / clientsPerProcess) }, () => new Clients())
  try {
    return await use(server, clients)
  } finally {
    for (const one of clients) one.stop()
    await server.stop()
  }
}

async function gather(
  server: Running,
  clients: readonly Clients[],
  { people, roomId, from = 0 }: { readonly people: number; readonly roomId?: string; readonly from?: number },
): Promise<Gathered> {
  const urls = addressesOf(server.url, people)
  const before = usageOf(server.pid)
  await Promise.all(
    clients.map((one, n) => {
      const first = n * clientsPerProcess
      const count = Math.min(clientsPerProcess, people - first)
      return one.do({ kind: "connect", urls, first: from + first, count })
    }),
  )
  const connected = usageOf(server.pid)
  if (roomId !== undefined) await Promise.all(clients.map((one) => one.do({ kind: "join", roomId })))
  const after = usageOf(server.pid)
  await Bun.sleep(settleMs)
  const each = (from: Usage, to: Usage) => ((to.cpuMs - from.cpuMs) * 1_000) / people
  return {
    cpuPerSocket: each(before, after),
    cpuOfJoining: each(connected, after),
    kbPerSocket: (usageOf(server.pid).rssBytes - before.rssBytes) / people / 1_024,
  }
}

async function talk(
  server: Running,
  clients: readonly Clients[],
  { people, messages, roomId }: { people: number; messages: number; roomId: string },
): Promise<Heard> {
  const content = "A message to all.".padEnd(contentBytes, ".")
  const times: number[] = []
  const before = usageOf(server.pid)
  for (let n = 1; n <= messages; n++) {
    const said = await (clients[0] as Clients).do({ kind: "say", roomId, content })
    const heard = await Promise.all(clients.map((one) => one.do({ kind: "hear", messages: n })))
    times.push(Math.max(...heard.map(({ atMs }) => atMs)) - said.atMs)
  }
  const after = usageOf(server.pid)
  return {
    cpuPerDelivery: ((after.cpuMs - before.cpuMs) * 1_000) / (people * messages),
    untilAllMs: median(times),
  }
}

/** A room of others talks meanwhile, and nobody may be lost. */
async function hold(
  server: Running,
  clients: readonly Clients[],
  { people, roomId, heldMs }: { people: number; roomId: string; heldMs: number },
): Promise<Omit<Held, "kbPerSocketHeld">> {
  const room = new Clients()
  try {
    await room.do({ kind: "connect", urls: [server.url], first: people, count: smallRoom })
    await room.do({ kind: "join", roomId })
    const before = usageOf(server.pid)
    const startedMs = performance.now()
    const times: number[] = []
    while (times.length === 0 || performance.now() - startedMs < heldMs) {
      const said = await room.do({ kind: "say", roomId, content: "A message beside them." })
      const heard = await room.do({ kind: "hear", messages: times.length + 1 })
      times.push(heard.atMs - said.atMs)
      await Bun.sleep(smallRoomIntervalMs)
    }
    const heldSeconds = (performance.now() - startedMs) / 1_000
    const after = usageOf(server.pid)
    // Each process answers at once, and says whom it has lost.
    await Promise.all(clients.map((one) => one.do({ kind: "hear", messages: 0 })))
    await room.do({ kind: "leave" })
    return { cpuPerSecond: (after.cpuMs - before.cpuMs) / heldSeconds, untilAllMs: median(times) }
  } finally {
    room.stop()
  }
}

/** Throws where the server still has more open than so many, long after. */
async function leave(server: Running, clients: readonly Clients[], descriptorsMax: number): Promise<void> {
  await Promise.all(clients.map((one) => one.do({ kind: "leave" })))
  const untilMs = performance.now() + leaveMsMax
  while (descriptorsOf(server.pid) > descriptorsMax) {
    if (performance.now() > untilMs) throw new Error("The server keeps connections whose clients have left.")
    await Bun.sleep(100)
  }
}

/** None on systems that do not tell. */
function descriptorsOf(pid: number): number {
  return process.platform === "linux" ? readdirSync(`/proc/${pid}/fd`).length : 0
}

function addressesOf(url: string, connections: number): string[] {
  const { port } = new URL(url)
  const count = Math.ceil(connections / portsPerAddress)
  return Array.from({ length: count }, (_, n) => `http://127.0.0.${n + 1}:${port}`)
}

function descriptorsMax(): number {
  return Number(Bun.spawnSync(["sh", "-c", "ulimit -n"]).stdout.toString()) || Number.POSITIVE_INFINITY
}

function samplesOf<T>(found: Found<T>, figure: (round: T) => number): Samples {
  return Object.fromEntries(Object.entries(found).map(([key, list]) => [key, list.map(figure)]))
}

function rowOf(key: string, title: string, unit: "µs" | "KB" | "ms", samples: Samples, goal: number | undefined): Row {
  const { warren } = samples
  const judgements = warren && goal ? [judgeMost("each", median(warren), unit, goal, undefined)] : []
  return { key, title, unit, figures: medians(samples), judgements, details: {} }
}

/** With the factor as well: µs of one machine say little about another. */
function besideBare(key: string, title: string, samples: Samples, goal: number | undefined): Row {
  const { bare, warren } = samples
  const row = rowOf(key, title, "µs", samples, goal)
  if (bare === undefined || warren === undefined) return row
  const judgement = judgeMost("bare Bun", factor(warren, bare), "×", undefined, undefined)
  return { ...row, judgements: [...row.judgements, judgement] }
}

function deliveryRow(title: string, samples: Samples): Row {
  const judgements = compare(samples, { limit: 1.1 }, { limit: 1.3 })
  return { key: "crowd-delivery", title, unit: "µs", figures: medians(samples), judgements, details: {} }
}
