/**
 * Uploads when things end badly: a server that is killed in the midst of many, and a disk
 * that becomes full. What is told is kept, and of what is not kept nothing is left.
 */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { databaseName } from "../../src/store/sqlite/open.ts"
import { createRoom, joined } from "../support/client.ts"
import { isMountable, mountedFolder } from "../support/faults.ts"
import { noise, upload, uploaded } from "../support/files.ts"
import { temporaryFolder } from "../support/folder.ts"
import { startProcess } from "../support/process.ts"
import { until } from "../support/until.ts"

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** The names of all files in the folder of files. */
function kept(dataDir: string): string[] {
  return readdirSync(join(dataDir, "files"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
}

/** Of the files that messages hold, and of those that none holds. */
function hashes(dataDir: string, held: boolean): string[] {
  using db = new Database(join(dataDir, databaseName), { readonly: true })
  const rows = db.query<{ sha256: string }, []>(
    `SELECT sha256 FROM files WHERE message IS ${held ? "NOT NULL" : "NULL"}`,
  )
  return rows.all().map((row) => row.sha256)
}

/** So many bytes, piece by piece. */
function streamed(bytes: Buffer): ReadableStream {
  let at = 0
  return new ReadableStream({
    pull: async (controller) => {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + 65_536))
      at += 65_536
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
}

/** So many, and then nothing more. */
function held(bytes: Buffer): ReadableStream {
  let at = 0
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) return new Promise<void>(() => {})
      controller.enqueue(bytes.subarray(at, at + 65_536))
      at += 65_536
      return undefined
    },
  })
}

test("[FILE1] kill -9 during 100 uploads: no message without its bytes, no bytes without an end", async () => {
  using folder = temporaryFolder()
  const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off" }
  for (const killedAfter of [1, 30, 85]) {
    const server = await startProcess(environment)
    const room = await createRoom(server.url)
    const ann = await joined(server.url, room, "ann")
    let sent = 0
    const sending = Array.from({ length: 100 }, async (_, i) => {
      const file = await uploaded(server.url, streamed(noise(400_000, killedAfter * 1_000 + i)))
      const answer = await ann.ask("send_message", { roomId: room.id, userId: "ann", files: [file.id] })
      if (answer.ok) sent++
    })
    const over = Promise.allSettled(sending)
    await until("enough are sent", () => sent >= killedAfter)
    await server.stop("SIGKILL")
    ann[Symbol.asyncDispose]().catch(() => {})
    expect(hashes(folder.path, true).length).toBeGreaterThanOrEqual(sent)
    void over
  }
  await using server = await startProcess(environment)
  const held = hashes(folder.path, true)
  const all = new Set([...held, ...hashes(folder.path, false)])
  expect(held.length).toBeGreaterThanOrEqual(116)
  // The first upload empties what was coming; the start removes what has no row.
  await uploaded(server.url, noise(10))
  all.add(sha256(noise(10)))
  await until("nothing is left of the others", () => kept(folder.path).every((name) => all.has(name)))
  for (const hash of held) {
    const bytes = await Bun.file(join(folder.path, "files", hash.slice(0, 2), hash)).bytes()
    expect(sha256(bytes)).toBe(hash)
  }
}, 120_000)

test("[FILE1] kill -9 in the midst of an upload: it goes on where the disk has it, with the same bytes", async () => {
  using folder = temporaryFolder()
  const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off", FILE_BYTES_MAX: "100000000" }
  const bytes = noise(20_000_000)
  const headers = { "Upload-Length": `${bytes.length}` }
  const first = await startProcess(environment)
  const created = await fetch(`${first.url}/uploads?name=a.bin`, { method: "POST", headers })
  const path = created.headers.get("location")
  const offsetOf = async (url: string) =>
    Number((await fetch(url + path, { method: "HEAD" })).headers.get("upload-offset"))
  const send = (url: string, offset: number, body: unknown) =>
    fetch(url + path, { method: "PATCH", headers: { "Upload-Offset": `${offset}` }, body: body as never })
  const cut = send(first.url, 0, held(bytes.subarray(0, 13_000_000))).catch(() => {})
  await until("more than half has come", async () => (await offsetOf(first.url)) === 13_000_000)
  await first.stop("SIGKILL")
  void cut
  await using second = await startProcess(environment)
  const offset = await offsetOf(second.url)
  // At most 4 MiB and a piece come again.
  expect(offset).toBeGreaterThan(8_000_000)
  expect(offset).toBeLessThan(13_000_000)
  const answer = await send(second.url, offset, bytes.subarray(offset))
  expect(await answer.json()).toMatchObject({ ok: true, file: { name: "a.bin", bytes: bytes.length } })
  expect(kept(folder.path)).toEqual([sha256(bytes)])
  const hash = sha256(bytes)
  expect(sha256(await Bun.file(join(folder.path, "files", hash.slice(0, 2), hash)).bytes())).toBe(hash)
}, 120_000)

test("[FILE1] 50 uploads at once are all taken, whole", async () => {
  using folder = temporaryFolder()
  await using server = await startProcess({ DATA_DIR: folder.path, RATE_LIMITS: "off" })
  const files = Array.from({ length: 50 }, (_, i) => noise(300_000, i + 1))
  const answers = await Promise.all(files.map((bytes) => upload(server.url, streamed(bytes))))
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201))
  expect(kept(folder.path).toSorted()).toEqual(files.map(sha256).toSorted())
}, 120_000)

const onSmallDisk = isMountable ? test : test.skip
onSmallDisk(
  "[FILE1] a disk that becomes full during an upload: 507, nothing half-kept, the chat goes on",
  async () => {
    using disk = mountedFolder()
    await using server = await startProcess({ DATA_DIR: disk.path, RATE_LIMITS: "off", FILE_BYTES_MAX: "1000000000" })
    const room = await createRoom(server.url)
    await using ann = await joined(server.url, room, "ann")
    const before = (await uploaded(server.url, noise(1_000))).id
    const { status, body } = await upload(server.url, streamed(Buffer.alloc(100_000_000)))
    expect([status, body.error.code]).toEqual([507, "ERR_STORAGE"])
    expect(kept(disk.path)).toHaveLength(1)
    for (const said of [{ content: "still here" }, { files: [before] }]) {
      expect(await ann.ask("send_message", { roomId: room.id, userId: "ann", ...said })).toMatchObject({ ok: true })
    }
    expect(await upload(server.url, noise(1_000, 2))).toMatchObject({ status: 201 })
  },
  120_000,
)
