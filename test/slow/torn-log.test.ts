/**
 * A log with a damaged end: cut off, a bit flipped, a sector lost, garbage behind it.
 *
 * Messages are acknowledged one by one by the real server, so that each is one commit.
 * Its files are copied, the copy's log is damaged from some offset on, and the folder is
 * opened again: it holds exactly the messages whose commits end before the damage, and
 * goes on with the next number. The end of the log is what no checkpoint has copied into
 * the file yet; of what was copied, SQLite checks nothing and no more is promised.
 *
 * Longer: DAMAGES=20000 bun test ./test/slow/torn-log.test.ts (SEED=… repeats a run).
 */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { RoomId } from "../../src/contract/values.ts"
import { databaseName, openSqliteStore } from "../../src/store/sqlite/open.ts"
import { granted, joining, sending } from "../store/store-suite.ts"
import { createRoom, joined, type TestClient } from "../support/client.ts"
import { fleetingFolder, temporaryFolder } from "../support/folder.ts"
import { startProcess } from "../support/process.ts"
import { newSeed, type Random, seededRandom } from "../support/random.ts"

const damageCount = Number(process.env["DAMAGES"] ?? 400)
const timeoutMs = 300_000 * Math.max(1, damageCount / 400)
const remainsBytes = 64 * 1024
const logName = `${databaseName}-wal`

test(
  "[SEND2] a damaged end of the log costs what it held, and nothing before it",
  async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path, RATE_LIMITS: "off" })
    const room = await createRoom(server.url)
    await using writer = await joined(server.url, room, "ann")
    const random = seededRandom(newSeed("torn logs"))
    const ids: string[] = []
    const damageAll = () =>
      damageTimes(damageCount / 2, { dataDir: folder.path, roomId: room.id as RoomId, ids, random })

    // At first everything is in the log: damage may take the tables themselves.
    await write(writer, room.id, 40, ids)
    expect(readLog(folder.path).commitEnds.length).toBeGreaterThan(ids.length)
    await damageAll()

    // Later the log was folded into the file, and begun anew over the remains of its former self.
    const { salts } = readLog(folder.path)
    while (readLog(folder.path).salts.equals(salts)) await write(writer, room.id, 20, ids)
    await write(writer, room.id, 40, ids)
    const { bytes, commitEnds } = readLog(folder.path)
    expect(commitEnds.length).toBeLessThan(ids.length)
    expect(commitEnds.at(-1)).toBeLessThan(bytes.length)
    await damageAll()
  },
  timeoutMs,
)

/** Sends one after the other, and adds their ids once they are acknowledged. */
async function write(writer: TestClient, roomId: string, count: number, ids: string[]): Promise<void> {
  for (let i = 0; i < count; i++) {
    const id = Bun.randomUUIDv7()
    // Some longer than a page of the database.
    const content = "x".repeat(i % 10 === 0 ? 4_000 : 20)
    expect(await writer.ask("send_message", { roomId, userId: "ann", id, content })).toMatchObject({ ok: true })
    ids.push(id)
  }
}

interface Written {
  readonly dataDir: string
  readonly roomId: RoomId
  readonly ids: readonly string[]
  readonly random: Random
}

async function damageTimes(times: number, { dataDir, roomId, ids, random }: Written): Promise<void> {
  const { bytes, commitEnds } = readLog(dataDir)
  for (let i = 0; i < times; i++) {
    const { damaged, offset, what } = damage(bytes, commitEnds, random)
    // The last commits are the messages, one for each; those before made the tables, the rooms and the users.
    const lost = commitEnds.filter((end) => end > offset).length
    const kept = ids.slice(0, Math.max(0, ids.length - lost))
    using copy = fleetingFolder()
    cpSync(join(dataDir, databaseName), join(copy.path, databaseName))
    writeFileSync(join(copy.path, logName), damaged)
    expect(await reopened(copy.path, kept.length > 0 ? roomId : undefined), `${what} at ${offset}`).toEqual(kept)
  }
}

/** The ids of the messages, in order, of a folder that was opened and, if a room is given, written to. */
async function reopened(path: string, roomId: RoomId | undefined): Promise<string[]> {
  const store = openSqliteStore(path, { pendingMax: 10, onFailure: () => {} })
  const before = (await store.counts()).messages
  if (roomId !== undefined) {
    const opened = { store, [Symbol.asyncDispose]: () => store.close() }
    await granted(opened, joining(roomId))
    expect((await granted(opened, sending(roomId, "next"))).message.seq).toBe(before + 1)
  }
  await store.close()
  using db = new Database(join(path, databaseName), { readonly: true })
  expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]])
  const rows = db.query<{ id: string }, []>("SELECT id FROM messages ORDER BY seq").all()
  return rows.slice(0, before).map(({ id }) => id)
}

interface Log {
  /** With some of the remains behind its end. */
  readonly bytes: Buffer
  /** New ones each time that the log begins anew. */
  readonly salts: Buffer
  readonly commitEnds: readonly number[]
}

/** See "WAL File Format" at sqlite.org/fileformat2.html. */
function readLog(dataDir: string): Log {
  const [headerBytes, frameHeaderBytes] = [32, 24]
  const bytes = readFileSync(join(dataDir, logName))
  const pageBytes = bytes.readUInt32BE(8)
  const salts = bytes.subarray(16, 24)
  const commitEnds: number[] = []
  for (let at = headerBytes; at < bytes.length; at += frameHeaderBytes + pageBytes) {
    // Frames with other salts are remains of a log that was folded into the file.
    if (!bytes.subarray(at + 8, at + 16).equals(salts)) break
    if (bytes.readUInt32BE(at + 4) > 0) commitEnds.push(at + frameHeaderBytes + pageBytes)
  }
  return { bytes: bytes.subarray(0, (commitEnds.at(-1) ?? 0) + remainsBytes), salts, commitEnds }
}

type Damage = (bytes: Buffer, offset: number, random: Random) => Buffer

const damages: Readonly<Record<string, Damage>> = {
  "cut off": (bytes, offset) => Buffer.from(bytes.subarray(0, offset)),
  "a flipped bit": (bytes, offset, random) => {
    const damaged = Buffer.from(bytes)
    damaged.writeUInt8(damaged.readUInt8(offset) ^ (1 << Math.floor(random() * 8)), offset)
    return damaged
  },
  "a sector of zeros": (bytes, offset) => filled(bytes, offset, 0),
  "a sector of ones": (bytes, offset) => filled(bytes, offset, 0xff),
  "garbage to the end": (bytes, offset, random) => {
    const damaged = Buffer.from(bytes)
    for (let at = offset; at < damaged.length; at++) damaged.writeUInt8(Math.floor(random() * 256), at)
    return damaged
  },
}

function filled(bytes: Buffer, offset: number, value: number): Buffer {
  return Buffer.from(bytes).fill(value, offset, Math.min(bytes.length, offset + 512))
}

/** One kind of damage somewhere in the log, often where a commit ends. `offset` is of the first byte that differs. */
function damage(bytes: Buffer, commitEnds: readonly number[], random: Random) {
  const names = Object.keys(damages)
  for (;;) {
    const what = names[Math.floor(random() * names.length)] ?? ""
    const near = (commitEnds[Math.floor(random() * commitEnds.length)] ?? 0) + Math.floor(random() * 3) - 1
    const begin = Math.min(random() < 0.3 ? near : Math.floor(random() * (commitEnds.at(-1) ?? 0)), bytes.length - 1)
    const damaged = damages[what]?.(bytes, begin, random) ?? bytes
    const offset = firstDifference(bytes, damaged)
    // Zeros over zeros are no damage.
    if (offset !== undefined) return { damaged, offset, what }
  }
}

function firstDifference(a: Buffer, b: Buffer): number | undefined {
  if (a.equals(b)) return undefined
  const shorter = Math.min(a.length, b.length)
  for (let at = 0; at < shorter; at++) if (a[at] !== b[at]) return at
  return shorter
}
