/**
 * `kill -9` at random moments, while eight clients send, edit, react and delete as fast as they are answered.
 *
 * Some kills come while the server is still starting. Clients come back by themselves and
 * repeat what was not acknowledged; two listeners only listen. In the end everything that
 * anybody saw and was told is held against what is stored, and whoever was away holds the
 * same room as who is there now.
 *
 * Longer: KILLS=500 bun test ./test/slow/kill.test.ts (SEED=… repeats the moments).
 */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { join } from "node:path"
import { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import { createRooms, readRooms } from "../../src/load/rooms.ts"
import { databaseName } from "../../src/store/sqlite/open.ts"
import { temporaryFolder } from "../support/folder.ts"
import { freePort } from "../support/port.ts"
import { sourceCommand, startProcess } from "../support/process.ts"
import { newSeed, seededRandom } from "../support/random.ts"
import { lastRevOf, SteadfastClient } from "../support/steadfast-client.ts"
import { until } from "../support/until.ts"

const kills = Number(process.env["KILLS"] ?? 12)
const timeoutMs = 300_000 * Math.max(1, kills / 40)
const writersPerRoom = 4
const lifeMsMax = 200
const startMsMax = 300

test(
  `[SEND2] [SEND3] [HIST2] [MSG3] [DEL1] ${kills} kills lose nothing, double nothing, revive nothing and leave no gap`,
  async () => {
    using folder = temporaryFolder()
    const port = await freePort()
    const start = () => startProcess({ DATA_DIR: folder.path, PORT: `${port}`, RATE_LIMITS: "off" })
    const random = seededRandom(newSeed("kills"))
    const readyMs: number[] = []

    let server = await start()
    const rooms = await createRooms(server.url, 2)
    const check = new DeliveryCheck()
    const writers = rooms.flatMap((roomId) => clients(server.url, roomId, check, "writer", writersPerRoom))
    const listeners = rooms.flatMap((roomId) => clients(server.url, roomId, check, "listener", 1))
    const talk = keepWriting(writers)

    for (let kill = 1; kill <= kills; kill++) {
      // Most lives end in the midst of writing, some before anybody is back.
      if (random() < 0.8) await moreAcked(writers)
      await Bun.sleep(random() * lifeMsMax)
      await server.stop("SIGKILL")
      if (random() < 0.25) await killWhileStarting(folder.path, random() * startMsMax)
      server = await start()
      readyMs.push(server.readyMs)
    }
    await talk.end()
    const everybody = [...writers, ...listeners]
    const stored = await readRooms(server.url, rooms)
    const lastRev = (roomId: string) => lastRevOf(stored.get(roomId))
    await until("everybody has heard everything", () =>
      everybody.every((client) => client.isIn && client.rev === lastRev(client.roomId)),
    )

    expect(check.verdict(stored).slice(0, 10)).toEqual([])
    for (const client of everybody) expect(client.differencesTo(stored.get(client.roomId) ?? [])).toEqual([])
    const messages = [...stored.values()].reduce((total, { length }) => total + length, 0)
    const [acked, repeated, duplicates] = [
      total(writers, "acked"),
      total(writers, "repeated"),
      total(writers, "duplicates"),
    ]
    expect(messages).toBe(acked)
    expect(acked).toBeGreaterThan(kills)
    const changed = total(writers, "changed")
    expect(changed).toBeGreaterThan(kills)
    expect([...stored.values()].flat().some(({ deletedAt }) => deletedAt !== undefined)).toBe(true)
    expect(duplicates).toBeGreaterThan(0)
    for (const client of everybody) client[Symbol.dispose]()
    await server.stop()
    expect(integrity(folder.path)).toEqual([["ok"]])
    console.log(
      `${kills} kills: ${messages} messages and ${changed} changes acknowledged, ${repeated} sent again, ` +
        `${duplicates} messages had been stored; ready in ${Math.max(...readyMs).toFixed()} ms at most`,
    )
  },
  timeoutMs,
)

test(
  "a server that is killed while it makes its folder leaves one that the next start can use",
  async () => {
    const random = seededRandom(newSeed("first starts"))
    for (let i = 0; i < kills / 4; i++) {
      using folder = temporaryFolder()
      await killWhileStarting(folder.path, random() * startMsMax)
      await using server = await startProcess({ DATA_DIR: folder.path })
      expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: "ready" })
    }
  },
  timeoutMs,
)

function clients(url: string, roomId: string, check: DeliveryCheck, name: string, count: number): SteadfastClient[] {
  return Array.from({ length: count }, (_, n) => {
    const transports = n % 2 === 0 ? (["websocket"] as const) : (["polling", "websocket"] as const)
    return new SteadfastClient({ url, roomId, userId: `${name} ${n} of ${roomId}`, check, transports })
  })
}

/** Each writer keeps a few sends and changes under way, until the end, which waits for what is still unanswered. */
function keepWriting(writers: readonly SteadfastClient[]) {
  let isOver = false
  const write = async (writer: SteadfastClient, first: number) => {
    for (let number = first; !isOver; number++) {
      await writer.send(`message ${number}`)
      await writer.change(number)
    }
  }
  const writing = Promise.all(writers.flatMap((writer) => [0, 1, 2].map((first) => write(writer, first))))
  const end = async () => {
    isOver = true
    await writing
  }
  return { end }
}

function total(clients: readonly SteadfastClient[], key: "acked" | "changed" | "repeated" | "duplicates"): number {
  return clients.reduce((sum, { tally }) => sum + tally[key], 0)
}

function moreAcked(writers: readonly SteadfastClient[]): Promise<void> {
  const before = total(writers, "acked")
  return until("a message is acknowledged again", () => total(writers, "acked") > before)
}

/** A start that is cut short: it has to leave a folder that the next one can use. */
async function killWhileStarting(dataDir: string, afterMs: number): Promise<void> {
  const env = { PATH: process.env["PATH"], DATA_DIR: dataDir, PORT: "0" }
  const child = Bun.spawn([...sourceCommand], { env, stdio: ["ignore", "ignore", "inherit"] })
  await Bun.sleep(afterMs)
  child.kill("SIGKILL")
  await child.exited
}

function integrity(dataDir: string): unknown[][] {
  using db = new Database(join(dataDir, databaseName), { readonly: true })
  return db.query("PRAGMA integrity_check").values()
}
