/**
 * Acknowledgements that are lost: of 20,000 sends, one in ten has its connection cut when
 * the answer is on its way. The client comes back and repeats it with the same id. And
 * changes whose answers are lost, which are asked for once more.
 *
 * Longer: SENDS=200000 bun test ./test/slow/lost-acks.test.ts
 */
import { expect, test } from "bun:test"
import { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import { createRooms, readRooms } from "../../src/load/rooms.ts"
import { AckThief } from "../support/ack-thief.ts"
import { temporaryFolder } from "../support/folder.ts"
import { startProcess } from "../support/process.ts"
import { lastRevOf, SteadfastClient } from "../support/steadfast-client.ts"
import { until } from "../support/until.ts"

const sends = Number(process.env["SENDS"] ?? 10_000)
const timeoutMs = 300_000 * Math.max(1, sends / 20_000)
const [roomCount, writersPerRoom] = [10, 4]
const sendsPerWriter = sends / (roomCount * writersPerRoom)
const stolenEvery = 10
/** Of each who sends and changes in turn. */
const turns = 200

test(
  `[SEND3] [SEND2] [HIST2] ${sends} sends, one ack in ten lost: as many messages, and everybody sees each once`,
  async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path, RATE_LIMITS: "off" })
    const rooms = await createRooms(server.url, roomCount)
    const check = new DeliveryCheck()
    const listeners = rooms.map((roomId) => new SteadfastClient({ url: server.url, roomId, userId: roomId, check }))
    await until("the listeners are in", () => listeners.every(({ isIn }) => isIn))

    const writers = rooms.flatMap((roomId) =>
      Array.from({ length: writersPerRoom }, (_, n) => {
        const thief = new AckThief(server.url)
        return {
          thief,
          client: new SteadfastClient({ url: thief.url, roomId, userId: `writer ${n} of ${roomId}`, check }),
        }
      }),
    )
    await Promise.all(writers.map(write))

    const stored = await readRooms(server.url, rooms)
    const everybody = [...listeners, ...writers.map(({ client }) => client)]
    await until("everybody has heard everything", () =>
      everybody.every(({ roomId, rev }) => rev === stored.get(roomId)?.at(-1)?.rev),
    )
    expect(check.verdict(stored).slice(0, 10)).toEqual([])
    expect([...stored.values()].reduce((sum, { length }) => sum + length, 0)).toBe(sends)
    const stolen = writers.reduce((sum, { thief }) => sum + thief.stolen, 0)
    expect(stolen).toBe(sends / stolenEvery)
    expect(writers.reduce((sum, { client }) => sum + client.tally.duplicates, 0)).toBe(stolen)
    expect(listeners.map(({ tally }) => tally.connections)).toEqual(listeners.map(() => 1))
    for (const client of everybody) client[Symbol.dispose]()
    for (const { thief } of writers) thief[Symbol.dispose]()
  },
  timeoutMs,
)

test(
  "[MSG3] [EDIT1] [DEL1] [REACT1] [HIST2] sends and changes, one ack in four lost: everybody ends with the same room",
  async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path, RATE_LIMITS: "off" })
    const [roomId = ""] = await createRooms(server.url, 1)
    const check = new DeliveryCheck()
    const listener = new SteadfastClient({ url: server.url, roomId, userId: "listener", check })
    await until("the listener is in", () => listener.isIn)
    const thieves = Array.from({ length: 5 }, () => new AckThief(server.url))
    const writers = thieves.map(({ url }, n) => new SteadfastClient({ url, roomId, userId: `writer ${n}`, check }))
    await Promise.all(
      writers.map(async (writer, n) => {
        await until("the writer is in", () => writer.isIn)
        for (let i = 1; i <= turns; i++) {
          if (i % 4 === n % 4) thieves[n]?.arm()
          await (i % 2 === 0 ? writer.change(i / 2) : writer.send(`message ${i}`))
        }
      }),
    )
    const stored = await readRooms(server.url, [roomId])
    const messages = stored.get(roomId) ?? []
    const everybody = [listener, ...writers]
    await until("everybody has heard everything", () =>
      everybody.every(({ isIn, rev }) => isIn && rev === lastRevOf(messages)),
    )
    expect(check.verdict(stored).slice(0, 10)).toEqual([])
    for (const client of everybody) expect(client.differencesTo(messages)).toEqual([])
    expect(messages).toHaveLength((writers.length * turns) / 2)
    // As good as each change was granted; what was reacted to may have been deleted meanwhile.
    expect(writers.reduce((sum, { tally }) => sum + tally.changed, 0)).toBeGreaterThan(turns)
    expect(writers.reduce((sum, { tally }) => sum + tally.repeated, 0)).toBeGreaterThan(turns / 2)
    for (const client of everybody) client[Symbol.dispose]()
    for (const thief of thieves) thief[Symbol.dispose]()
  },
  timeoutMs,
)

async function write({ thief, client }: { thief: AckThief; client: SteadfastClient }): Promise<void> {
  await until("the writer is in", () => client.isIn)
  for (let n = 1; n <= sendsPerWriter; n++) {
    if (n % stolenEvery === 0) thief.arm()
    await client.send(`message ${n}`)
  }
}
