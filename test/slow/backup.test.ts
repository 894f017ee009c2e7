/**
 * A backup of a large file while clients write, put in the place of the data of another
 * server: it is one moment of each room, with everything acknowledged before it began.
 */
import { expect, test } from "bun:test"
import { renameSync } from "node:fs"
import { join } from "node:path"
import { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import { createRooms, readRooms } from "../../src/load/rooms.ts"
import { databaseName } from "../../src/store/sqlite/open.ts"
import { temporaryFolder } from "../support/folder.ts"
import { fillFile } from "../support/large-file.ts"
import { runProcess, startProcess } from "../support/process.ts"
import { SteadfastClient } from "../support/steadfast-client.ts"
import { until } from "../support/until.ts"

const messages = Number(process.env["MESSAGES"] ?? 300_000)
const environment = { RATE_LIMITS: "off" }

test("[SEND2] a backup taken under load serves in place of the data, with all that was acknowledged before it began", async () => {
  using folder = temporaryFolder()
  await (await startProcess({ ...environment, DATA_DIR: folder.path })).stop()
  fillFile(join(folder.path, databaseName), messages)
  await using server = await startProcess({ ...environment, DATA_DIR: folder.path })
  const rooms = await createRooms(server.url, 4)
  const check = new DeliveryCheck()
  const acksMs: number[] = []
  const writers = rooms.map((roomId) => new SteadfastClient({ url: server.url, roomId, userId: roomId, check }))
  const writing = { isOver: false }
  const talk = Promise.all(writers.map((writer) => write(writer, acksMs, writing)))
  await until("messages flow", () => writers.every(({ tally }) => tally.acked > 20))

  const before = new Map(writers.map(({ roomId, tally }) => [roomId, tally.acked]))
  acksMs.length = 0
  const file = join(folder.path, "backup")
  const { stdout, stderr, status } = await runProcess(["backup", file, "--data-dir", folder.path])
  expect([stderr, status]).toEqual(["", 0])
  const slowestMs = Math.max(...acksMs)
  await until("messages flow on", () => writers.every(({ roomId, tally }) => tally.acked > (before.get(roomId) ?? 0)))
  writing.isOver = true
  await talk
  const stored = await readRooms(server.url, rooms)
  expect(check.verdict(stored).slice(0, 10)).toEqual([])

  using elsewhere = temporaryFolder()
  renameSync(file, join(elsewhere.path, databaseName))
  await using restored = await startProcess({ ...environment, DATA_DIR: elsewhere.path })
  const copied = await readRooms(restored.url, rooms)
  for (const roomId of rooms) {
    const copy = copied.get(roomId) ?? []
    expect(copy.length).toBeGreaterThanOrEqual(before.get(roomId) ?? 0)
    expect(copy).toEqual(stored.get(roomId)?.slice(0, copy.length) ?? [])
  }
  for (const writer of writers) writer[Symbol.dispose]()
  console.log(
    `${stdout.trim()} Meanwhile ${acksMs.length} messages, the slowest acknowledged in ${slowestMs.toFixed()} ms`,
  )
}, 300_000)

async function write(writer: SteadfastClient, acksMs: number[], writing: { readonly isOver: boolean }): Promise<void> {
  for (let n = 0; !writing.isOver; n++) {
    const sentMs = performance.now()
    await writer.send(`message ${n}`)
    acksMs.push(performance.now() - sentMs)
  }
}
