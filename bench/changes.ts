/**
 * What an edit and a reaction cost beside a message, and what it costs to mark as read: Warren's own figures, each round's
 * side by side on one server. Each request changes something, and each answer is checked.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ask } from "../src/load/ask.ts"
import { Client } from "../src/load/client.ts"
import { createRooms } from "../src/load/rooms.ts"
import { type Contender, type Running, start } from "./contenders.ts"
import { judgeMost, type Row } from "./results.ts"
import { joinAll, seed, sendAll } from "./seed.ts"
import { factor, median } from "./stats.ts"
import { usageOf } from "./usage.ts"
import { contentBytes, type Plan } from "./workloads.ts"

const rooms = 50
const membersOfEach = 4
const inFlight = 4
const crowd = 500
/** More than anybody of them comes to. */
const messagesToRead = 30_000
const nobody = { event: () => {}, closed: () => {} }

/** One request after the other; resolves once it is answered. */
type Slot = () => Promise<unknown>

export async function measureChanges(warren: Contender, plan: Plan): Promise<Row[]> {
  const server = await start(warren)
  try {
    const writers = await gather(server.url, rooms, membersOfEach)
    const acts = {
      message: await slotsOf(writers, sending),
      edit: await slotsOf(writers, editing),
      reaction: await slotsOf(writers, reacting),
      read: await readingSlots(server.url, messagesToRead),
    }
    const samples = await inTurn(server, acts, plan)
    const beside = (key: "edit" | "reaction" | "read", what: string, goal?: number, gate?: number): Row => ({
      key,
      title: `${what}: CPU, beside a message in ${rooms} rooms of ${membersOfEach}`,
      unit: "µs",
      figures: { warren: median(samples[key]) },
      judgements: [judgeMost("a message", factor(samples[key], samples.message), "×", goal, gate)],
      details: { warren: { message: median(samples.message) } },
    })
    return [
      beside("edit", `An edit in ${rooms} rooms of ${membersOfEach}`, 1.2, 1.5),
      beside("reaction", `A reaction in ${rooms} rooms of ${membersOfEach}`, 1.2, 1.5),
      beside("read", `\`mark_read\` in a room of ${crowd}`),
    ]
  } finally {
    await server.stop()
  }
}

/** How marking as read, which counts what is unread, costs more in a room that holds more. */
export async function measureUnread(warren: Contender, plan: Plan): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "warren-bench-"))
  try {
    const samples = { small: [] as number[], large: [] as number[] }
    process.stderr.write(`Filling a room with ${plan.messages.toLocaleString("en")} messages.\n`)
    const seeded = await seed(warren, join(folder, "large"), 1, plan.messages, [reader])
    const few = await seed(warren, join(folder, "small"), 1, unreadCounted, [reader])
    const servers = [await start(warren, few.dataDir), await start(warren, seeded.dataDir)] as const
    try {
      const [small, large] = [
        await countingSlot(servers[0], few.roomIds),
        await countingSlot(servers[1], seeded.roomIds),
      ]
      for (let round = -1; round < plan.rounds; round++) {
        const [one, other] = [await cpuOf(servers[0], [small], plan), await cpuOf(servers[1], [large], plan)]
        // The first is there to warm up.
        if (round >= 0) samples.small.push(one)
        if (round >= 0) samples.large.push(other)
      }
    } finally {
      for (const server of servers) await server.stop()
    }
    return [
      {
        key: "unread",
        title: `Counting what is unread in a room of ${plan.messages.toLocaleString("en")} messages: CPU, against one of ${unreadCounted}`,
        unit: "µs",
        figures: { warren: median(samples.large) },
        judgements: [judgeMost(`its own with ${unreadCounted}`, factor(samples.large, samples.small), "×", 1.2, 1.5)],
        details: { warren: { cpuOfSmall: median(samples.small) } },
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Writer {
  readonly client: Client
  readonly roomId: string
  readonly userId: string
}

/** Everybody is in a room, and the first of each room speaks. */
async function gather(url: string, roomCount: number, members: number): Promise<Writer[]> {
  const roomIds = await createRooms(url, roomCount)
  const writers: Writer[] = []
  for (const [index, roomId] of roomIds.entries()) {
    for (let n = 0; n < members; n++) {
      const userId = `member-${index}-${n}`
      const member = { client: await Client.connect(url, nobody), roomId, userId }
      await enter(member)
      if (n === 0) writers.push(member)
    }
  }
  return writers
}

async function slotsOf(writers: readonly Writer[], make: (writer: Writer, slot: number) => Promise<Slot>) {
  const slots: Slot[] = []
  for (const writer of writers) for (let slot = 0; slot < inFlight; slot++) slots.push(await make(writer, slot))
  return slots
}

let number = 0
const newContent = () => `${++number} `.padEnd(contentBytes, ".")

async function sending({ client, roomId, userId }: Writer): Promise<Slot> {
  return () => ask(client, "send_message", { roomId, userId, content: newContent() })
}

/** Of one message, again and again. */
async function editing(writer: Writer): Promise<Slot> {
  const { client, roomId, userId } = writer
  const id = await said(writer)
  return () => ask(client, "edit_message", { roomId, userId, id, content: newContent() })
}

async function reacting(writer: Writer): Promise<Slot> {
  const { client, roomId, userId } = writer
  const id = await said(writer)
  let isOn = false
  return () => {
    isOn = !isOn
    return ask(client, "react", { roomId, userId, id, emoji: "👍", isOn })
  }
}

async function said({ client, roomId, userId }: Writer): Promise<string> {
  const { message } = await ask(client, "send_message", { roomId, userId, content: newContent() })
  return message.id
}

/** Some of a crowd read on, message by message, in a room that got all of them while nobody was there. */
async function readingSlots(url: string, messages: number): Promise<Slot[]> {
  const [roomId = ""] = await createRooms(url, 1)
  const members: Writer[] = []
  for (let n = 0; n < crowd; n++) {
    const member = { client: await Client.connect(url, nobody), roomId, userId: `reader-${n}` }
    await enter(member)
    await ask(member.client, "leave_room", { roomId, userId: member.userId })
    members.push(member)
  }
  const author = await Client.connect(url, nobody)
  await joinAll(author, [roomId])
  await sendAll(author, [roomId], messages)
  for (const member of members) await enter(member)
  return Promise.all(
    members.slice(0, rooms).map(async ({ client, userId }) => {
      await ask(client, "my_rooms", { userId })
      let read = 0
      return async () => {
        const { readSeq } = await ask(client, "mark_read", { roomId, userId, seq: ++read })
        if (readSeq !== read) throw new Error(`There was nothing more to read than ${messages} messages.`)
      }
    }),
  )
}

function enter({ client, roomId, userId }: Writer): Promise<unknown> {
  return ask(client, "join_room", { roomId, userId, username: userId })
}

const reader = "reader"
/** No more are counted: so many are unread in both rooms. */
const unreadCounted = 100

async function countingSlot(server: Running, [roomId]: readonly string[]): Promise<Slot> {
  const client = await Client.connect(server.url, nobody)
  return async () => {
    const { unread } = await ask(client, "mark_read", { roomId, userId: reader, seq: 0 })
    if (unread !== unreadCounted) throw new Error(`${unread} are unread, not ${unreadCounted}.`)
  }
}

async function inTurn<Key extends string>(server: Running, acts: Record<Key, readonly Slot[]>, plan: Plan) {
  const keys = Object.keys(acts) as Key[]
  const samples = Object.fromEntries(keys.map((key) => [key, [] as number[]])) as Record<Key, number[]>
  for (const key of keys) await cpuOf(server, acts[key], plan)
  for (let round = 0; round < plan.rounds; round++) {
    for (const key of keys) samples[key].push(await cpuOf(server, acts[key], plan))
  }
  return samples
}

/** Microseconds for each request. */
async function cpuOf({ pid }: Running, slots: readonly Slot[], { windowMs }: Plan): Promise<number> {
  const before = usageOf(pid).cpuMs
  const deadline = performance.now() + windowMs
  let count = 0
  const keepAsking = async (slot: Slot) => {
    for (; performance.now() < deadline; count++) await slot()
  }
  await Promise.all(slots.map(keepAsking))
  return ((usageOf(pid).cpuMs - before) * 1_000) / count
}
