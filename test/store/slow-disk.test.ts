/** A disk that takes long: its syncs are waited for by whoever is to be answered, and by nobody else. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { renameSync } from "node:fs"
import { join } from "node:path"
import type { ChatStore } from "../../src/chat/store.ts"
import { databaseName, openSqliteStore } from "../../src/store/sqlite/open.ts"
import { SlowDisk } from "../../src/store/sqlite/slow-disk.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { granted, joining, type OpenStore, roomWith, sending } from "./store-suite.ts"

const [full, normal] = [2, 1]

test("after a slow commit the log is synced elsewhere, until syncs have been quick for a while", async () => {
  using folder = temporaryFolder()
  using db = openDatabase(join(folder.path, databaseName))
  let nowMs = 0
  const disk = new SlowDisk(db, { slowMs: 200, elapsedMs: () => nowMs, onLost: () => {} })
  const settings = () =>
    ["synchronous", "wal_autocheckpoint"].map((name) => db.query(`PRAGMA ${name}`).values()[0]?.[0])

  disk.took(199)
  expect([disk.isSlow, settings()]).toEqual([false, [full, 1_000]])
  disk.took(200)
  expect([disk.isSlow, settings()]).toEqual([true, [normal, 0]])
  nowMs = 299_999
  await disk.sync()
  expect(disk.isSlow).toBe(true)
  nowMs = 300_000
  await disk.sync()
  expect([disk.isSlow, settings()]).toEqual([false, [full, 1_000]])
})

test("[SEND2] what was sent to a slow disk is there when the folder is opened again, and its log is folded", async () => {
  using folder = temporaryFolder()
  const options = { pendingMax: 1_000, onFailure: () => {}, slowMs: 0 }
  const before = opened(openSqliteStore(folder.path, options))
  const roomId = await roomWith(before, 3)
  const contents = Array.from({ length: 80 }, (_, n) => `one at a time: ${n}`)
  for (const content of contents) await granted(before, sending(roomId, content))
  await before.store.close()
  expect(Bun.file(join(folder.path, `${databaseName}-wal`)).size).toBe(0)

  const after = opened(openSqliteStore(folder.path, options))
  expect(await after.store.counts()).toEqual({ rooms: 1, messages: 83 })
  expect((await granted(after, joining(roomId))).page.messages.at(-1)?.content).toBe("one at a time: 79")
  await after.store.close()
})

test("[SEND2] a sync that fails there is answered to nobody, and ends the process", async () => {
  using folder = temporaryFolder()
  using db = openDatabase(join(folder.path, databaseName))
  const lost: unknown[] = []
  const disk = new SlowDisk(db, { slowMs: 0, onLost: (cause) => lost.push(cause) })
  disk.took(0)
  await disk.sync()
  renameSync(join(folder.path, `${databaseName}-wal`), join(folder.path, "away"))
  expect(await disk.sync().catch(({ code }) => code)).toBe("ENOENT")
  expect(lost).toMatchObject([{ code: "ENOENT" }])
  renameSync(join(folder.path, "away"), join(folder.path, `${databaseName}-wal`))
  await disk.close()
})

test("a database in memory has no disk to wait for", () => {
  using db = new Database(":memory:")
  const disk = new SlowDisk(db, { slowMs: 0, onLost: () => {} })
  disk.took(1_000)
  expect(disk.isSlow).toBe(false)
})

function opened(store: ChatStore): OpenStore {
  return { store, [Symbol.asyncDispose]: () => store.close() }
}
