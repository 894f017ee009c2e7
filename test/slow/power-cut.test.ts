/**
 * A power cut at any moment, proved from what the real server asked of the kernel.
 *
 * The server runs under strace while clients talk, edit, react and delete, is stopped,
 * started again and killed. From the trace: nobody is told of anything before the log that
 * holds it is synced; and whatever part of the unsynced writes a disk keeps, the folder
 * opens again with everything that anybody had been told, nothing that nobody sent, and
 * nothing that was told to be deleted.
 *
 * Longer: MESSAGES=5000 CUTS=20000 bun test ./test/slow/power-cut.test.ts (SEED=… repeats a run).
 */
import { Database } from "bun:sqlite"
import { afterAll, beforeAll, expect, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { createRooms } from "../../src/load/rooms.ts"
import { databaseName, openSqliteStore } from "../../src/store/sqlite/open.ts"
import { connect, type TestClient } from "../support/client.ts"
import { fleetingFolder, temporaryFolder } from "../support/folder.ts"
import { sourceCommand, startProcess } from "../support/process.ts"
import { testUnless, tracingMissing } from "../support/programs.ts"
import { newSeed, seededRandom } from "../support/random.ts"
import { SimulatedDisk } from "../support/simulated-disk.ts"
import { readTrace, type SystemCall, traceInto } from "../support/system-calls.ts"

/** Enough for the log to be folded into the file under way, not only at the stop. */
const messageCount = Number(process.env["MESSAGES"] ?? 2_000)
const cutCount = Number(process.env["CUTS"] ?? 100)
const [writers, roomCount] = [8, 8]
const timeoutMs = 300_000 * Math.max(1, messageCount / 2_000, cutCount / 400)

const reason = tracingMissing()
const testTraced = testUnless(reason)
const folder = temporaryFolder()
const dataDir = join(folder.path, "new", "data")
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** By id, what the message was, and was to become. */
const sent = new Map<string, Set<string>>()
let calls: readonly SystemCall[] = []

beforeAll(async () => {
  if (reason !== undefined) return
  const before = await traced("first.trace", messageCount, "SIGTERM")
  const after = await traced("second.trace", messageCount / 10, "SIGKILL")
  calls = [...before, ...after].filter(concernsData)
}, timeoutMs)

afterAll(() => folder[Symbol.dispose]())

test("a call that another thread's cuts in two is read as one", () => {
  const file = join(folder.path, "cut.trace")
  writeFileSync(
    file,
    '1  fsync(5</a> <unfinished ...>\n2  pwrite64(6</b>, "\\x41", 1, 32) = 1\n1  <... fsync resumed>)          = -1 EIO (error)\n',
  )
  expect(readTrace(file).map(({ name, target, result }) => [name, target, result])).toEqual([
    ["pwrite64", "/b", 1],
    ["fsync", "/a", -1],
  ])
})

testTraced(
  "[SEND2] no id of a message, a room or a user leaves the server before the log that holds it is synced",
  async () => {
    const log = join(dataDir, `${databaseName}-wal`)
    const written = new Set<string>()
    const synced = new Set<string>()
    const told = new Set<string>()
    for (const { name, target, bytes, result } of calls) {
      if (name === "pwrite64" && target === log) for (const id of idsIn(bytes)) written.add(id)
      if (name === "fsync" && target === log && result === 0) {
        for (const id of written) synced.add(id)
        written.clear()
      }
      if (!isSocket(target)) continue
      expect(idsIn(bytes).filter((id) => !synced.has(id))).toEqual([])
      for (const id of idsIn(bytes)) told.add(id)
    }
    expect([...sent.keys()].filter((id) => !told.has(id))).toEqual([])
  },
  timeoutMs,
)

testTraced(
  "[SEND2] a new folder is itself on disk before anybody is told anything",
  async () => {
    const made = calls.findIndex(({ name }) => name === "mkdir")
    const firstTold = calls.findIndex(({ target, bytes }) => isSocket(target) && idsIn(bytes).length > 0)
    expect(made).toBeGreaterThanOrEqual(0)
    for (const path of [folder.path, join(folder.path, "new"), dataDir]) {
      const synced = calls.findIndex(({ name, target }) => name === "fsync" && target === path)
      expect(synced, path).toBeGreaterThan(made)
      expect(synced, path).toBeLessThan(firstTold)
    }
  },
  timeoutMs,
)

testTraced(
  "[SEND2] [MSG3] [DEL1] a power cut at any moment keeps all that anybody was told, and brings nothing that was not sent",
  async () => {
    const random = seededRandom(newSeed("power cuts"))
    const disk = new SimulatedDisk(dataDir, (name) => name.startsWith(databaseName) && !name.endsWith("-shm"))
    const told = newTold()
    let cuts = 0
    let kept = 0
    for (const [index, call] of calls.entries()) {
      disk.apply(call)
      if (isSocket(call.target)) hear(told, call.bytes)
      // As many cuts as are left, spread over the calls that are left.
      if (random() >= (cutCount - cuts) / (calls.length - index)) continue
      cuts++
      kept += await checkImage(disk.image(random), told)
    }
    expect(cuts).toBe(cutCount)
    expect(told.deleted.size).toBeGreaterThan(0)
    expect(told.revs.size).toBe(sent.size)
    const database = join(dataDir, databaseName)
    const checkpoints = calls.filter(({ name, target }) => name === "fsync" && target === database).length
    expect(checkpoints).toBeGreaterThan(2)
    console.log(
      `${cuts} power cuts in ${calls.length} system calls, ${checkpoints} checkpoints; ` +
        `${(kept / cuts).toFixed()} messages on average`,
    )
  },
  timeoutMs,
)

async function traced(name: string, count: number, end: "SIGTERM" | "SIGKILL"): Promise<SystemCall[]> {
  const trace = join(folder.path, name)
  const command = [...traceInto(trace), ...sourceCommand]
  await using server = await startProcess({ DATA_DIR: dataDir, RATE_LIMITS: "off" }, { command })
  await talk(server.url, count)
  await server.stop(end)
  return readTrace(trace)
}

/** Several writers in several rooms, all heard by all, everything acknowledged. */
async function talk(url: string, count: number): Promise<void> {
  const rooms = await createRooms(url, roomCount)
  const clients = await Promise.all(Array.from({ length: writers }, () => connect(url)))
  let number = 0
  const write = async (client: TestClient) => {
    const userId = crypto.randomUUID()
    for (const roomId of rooms) await granted(client, "join_room", { roomId, userId, username: "U" })
    while (number < count) {
      const roomId = rooms[number % rooms.length]
      // Some longer than a page of the database.
      const own = number++
      const content = `${own} `.padEnd(own % 50 === 0 ? 4_000 : 20, ".")
      const id = Bun.randomUUIDv7()
      sent.set(id, new Set([content, ""]))
      await granted(client, "send_message", { roomId, userId, id, content })
      if (own % 2 === 0) await change(client, { roomId, userId, id }, own)
    }
  }
  await Promise.all(clients.map(write))
  for (const client of clients) client.socket.disconnect()
}

/** In turn: a reaction, an edit, a deletion. */
async function change(client: TestClient, message: Place, number: number) {
  if (number % 3 === 0) return granted(client, "react", { ...message, emoji: "👍", isOn: true })
  if (number % 3 === 1) return granted(client, "delete_message", message)
  const content = `${number} edited`
  sent.get(message.id)?.add(content)
  return granted(client, "edit_message", { ...message, content })
}

interface Place {
  readonly roomId: string | undefined
  readonly userId: string
  readonly id: string
}

type Asked = "join_room" | "send_message" | "edit_message" | "delete_message" | "react"

async function granted(client: TestClient, event: Asked, payload: object): Promise<void> {
  const answer = await client.ask(event, payload)
  if (!answer.ok) throw new Error(answer.error.message)
}

function concernsData({ target }: SystemCall): boolean {
  return target.startsWith(folder.path) || isSocket(target)
}

function isSocket(target: string): boolean {
  return target.startsWith("socket:")
}

function idsIn(bytes: Buffer): string[] {
  return bytes.toString("latin1").match(uuid) ?? []
}

/** What anybody was told: every id, and of messages the number of their last change. */
interface Told {
  readonly ids: Set<string>
  readonly revs: Map<string, number>
  readonly deleted: Set<string>
}

function newTold(): Told {
  return { ids: new Set(), revs: new Map(), deleted: new Set() }
}

/** A message as the server writes it. */
const toldMessage =
  /"id":"([0-9a-f-]{36})","roomId":"[^"]*","seq":\d+,"rev":(\d+),"type":"text","content":"[^"]*","userId":"[^"]*","user":\{[^{}]*\},"createdAt":"[^"]*"(?:,"editedAt":"[^"]*")?(,"deletedAt")?/g

function hear({ ids, revs, deleted }: Told, bytes: Buffer): void {
  for (const id of idsIn(bytes)) ids.add(id)
  for (const [, id = "", rev, isDeleted] of bytes.toString("latin1").matchAll(toldMessage)) {
    revs.set(id, Math.max(Number(rev), revs.get(id) ?? 0))
    if (isDeleted) deleted.add(id)
  }
}

interface Stored {
  readonly id: string
  readonly rev: number
  readonly content: string
  readonly deleted_at: number | null
}

/** How many messages the image holds. */
async function checkImage(image: ReadonlyMap<string, Buffer>, told: Told): Promise<number> {
  using copy = fleetingFolder()
  for (const [name, bytes] of image) writeFileSync(join(copy.path, name), bytes)
  await openSqliteStore(copy.path, { pendingMax: 1, onFailure: () => {} }).close()
  using db = new Database(join(copy.path, databaseName), { readonly: true })
  return checkDatabase(db, told)
}

function checkDatabase(db: Database, told: Told): number {
  expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]])
  const messages = db.query<Stored, []>("SELECT id, rev, content, deleted_at FROM messages").all()
  const others = db.query<{ id: string }, []>("SELECT id FROM rooms UNION ALL SELECT id FROM users").all()
  const stored = new Set([...messages, ...others].map(({ id }) => id))
  expect([...told.ids].filter((id) => !stored.has(id))).toEqual([])
  expect(messages.filter(({ id, rev }) => rev < (told.revs.get(id) ?? 0))).toEqual([])
  const isRevived = ({ id, content, deleted_at }: Stored) =>
    told.deleted.has(id) && (deleted_at === null || content !== "")
  expect(messages.filter(isRevived)).toEqual([])
  expect(messages.filter(({ id, content }) => !sent.get(id)?.has(content))).toEqual([])
  const counters = `
    SELECT r.rev, ifnull(max(m.rev), 0) AS last
    FROM rooms AS r LEFT JOIN messages AS m ON m.room = r.pk GROUP BY r.pk HAVING r.rev <> last`
  expect(db.query(counters).values()).toEqual([])
  expect(db.query("SELECT messages FROM totals").values()).toEqual([[messages.length]])
  return messages.length
}
