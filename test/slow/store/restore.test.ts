/** A backup in the place of the data: what comes back, what is kept, and what is refused. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { RoomId } from "../../../src/contract/values.ts"
import { backUp } from "../../../src/store/sqlite/backup.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { type RestoreOptions, restore } from "../../../src/store/sqlite/restore.ts"
import { schemaVersion } from "../../../src/store/sqlite/schema.ts"
import { granted, roomWith } from "../../store/store-suite.ts"
import { startTestApp } from "../../support/app.ts"
import { createRoom, joined } from "../../support/client.ts"
import { noise, uploaded } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { makeOldFile } from "../../support/old-file.ts"
import { runSql } from "../../support/sql.ts"
import { until } from "../../support/until.ts"

const storeOptions = { pendingMax: 10_000, onFailure: console.error }
const now = new Date("2026-01-31T12:00:00.000Z")
const signal = new AbortController().signal
const quiet = { now, signal, onProgress: () => {} } satisfies Partial<RestoreOptions>

test("what comes back is told, and what was there is kept, can be restored in turn, and loses no message of its log", async () => {
  using folder = temporaryFolder()
  const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "backup")]
  const room = await filled(dataDir, 3)
  await backUp({ dataDir, file, signal, onProgress: () => {} })
  await filled(dataDir, 2)
  // As a kill leaves it: with what was last written in the log alone.
  const killed = new Database(join(dataDir, "warren.db"))
  killed.run("PRAGMA wal_autocheckpoint = 0")
  killed.run("UPDATE rooms SET name = 'in the log'")

  const restored = await restore({ dataDir, file, ...quiet })
  killed.close()
  const kept = join(dataDir, "replaced-2026-01-31T12-00-00Z")
  expect(restored).toMatchObject({ rooms: 1, messages: 3, kept, isOlder: false, latestAt: expect.any(Number) })
  expect(readdirSync(dataDir).sort()).toEqual(["lock.db", "replaced-2026-01-31T12-00-00Z", "served.json", "warren.db"])
  expect(await seen(dataDir, room)).toMatchObject({ revs: [1, 2, 3] })

  const back = await restore({ dataDir, file: join(kept, "warren.db"), ...quiet })
  expect(back).toMatchObject({ rooms: 2, messages: 5, kept: `${kept}-2` })
  using db = new Database(join(dataDir, "warren.db"), { readonly: true })
  expect(db.query("SELECT DISTINCT name FROM rooms").values()).toEqual([["in the log"]])
})

test("files that only the replaced data knows outlast the next start, and come back with it", async () => {
  using folder = temporaryFolder()
  const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "backup")]
  const [app, bytes] = [await startTestApp({ dataDir }), noise(1_000)]
  const room = await createRoom(app.url)
  await backUp({ dataDir, file, signal, onProgress: () => {} })
  const { id } = await uploaded(app.url, bytes)
  await using ann = await joined(app.url, room, "ann")
  expect(await ann.ask("send_message", { roomId: room.id, userId: "ann", files: [id] })).toMatchObject({ ok: true })
  await app.stop()
  const sha256 = Bun.SHA256.hash(bytes, "hex")
  const path = join(dataDir, "files", sha256.slice(0, 2), sha256)

  const { kept = "" } = await restore({ dataDir, file, ...quiet })
  const restored = await startTestApp({ dataDir })
  await until("the next start has removed it", () => !existsSync(path))
  await restored.stop()
  const back = await restore({ dataDir, file: join(kept, "warren.db"), ...quiet })
  expect(back).toMatchObject({ files: 1, missing: 0 })
  expect(Buffer.from(bytes).equals(readFileSync(path))).toBe(true)
})

test("[HIST7] each restore begins an epoch of its own, also of the same backup", async () => {
  using folder = temporaryFolder()
  const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "backup")]
  const room = await filled(dataDir, 1)
  await backUp({ dataDir, file, signal, onProgress: () => {} })
  const epochs = new Set([(await seen(dataDir, room)).epoch])
  for (let n = 0; n < 2; n++) {
    await restore({ dataDir, file, ...quiet })
    epochs.add((await seen(dataDir, room)).epoch)
    epochs.add((await seen(dataDir, room)).epoch)
  }
  expect(epochs.size).toBe(3)
})

test("a copy with its log beside it, and one into a folder that does not exist, come back whole", async () => {
  using folder = temporaryFolder()
  const [dataDir, elsewhere] = [join(folder.path, "data"), join(folder.path, "new")]
  const room = await filled(dataDir, 2)
  const open = new Database(join(dataDir, "warren.db"))
  open.run("PRAGMA wal_autocheckpoint = 0")
  open.run("UPDATE rooms SET name = 'in the log'")
  mkdirSync(join(folder.path, "copy"))
  for (const suffix of ["", "-wal"])
    copyFileSync(join(dataDir, `warren.db${suffix}`), join(folder.path, `copy/warren.db${suffix}`))
  open.close()
  const restored = await restore({ dataDir: elsewhere, file: join(folder.path, "copy/warren.db"), ...quiet })
  expect(restored).toMatchObject({ messages: 2, kept: undefined })
  using db = new Database(join(elsewhere, "warren.db"), { readonly: true })
  expect(db.query("SELECT name FROM rooms").values()).toEqual([["in the log"]])
  expect(await seen(elsewhere, room)).toMatchObject({ revs: [1, 2] })
})

test("an older version's backup comes back, and says that the next start upgrades it", async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, "old")
  makeOldFile(file, 500)
  const restored = await restore({ dataDir: join(folder.path, "data"), file, ...quiet })
  expect(restored).toMatchObject({ rooms: 100, messages: 500, isOlder: true })
})

test("damaged data does not keep a backup from coming back, and is kept as it is", async () => {
  using folder = temporaryFolder()
  const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "backup")]
  const room = await filled(dataDir, 1)
  await backUp({ dataDir, file, signal, onProgress: () => {} })
  writeFileSync(join(dataDir, "warren.db"), "ruined ".repeat(1_000))
  const { kept } = await restore({ dataDir, file, ...quiet })
  expect(await Bun.file(join(kept ?? "", "warren.db")).text()).toStartWith("ruined ruined")
  expect(await seen(dataDir, room)).toMatchObject({ revs: [1] })
})

test("whatever cannot be restored is told in a sentence, and leaves the data as it was", async () => {
  using folder = temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  const dataDir = at("data")
  const room = await filled(dataDir, 2)
  const before = await seen(dataDir, room)
  await backUp({ dataDir, file: at("good"), signal, onProgress: () => {} })
  writeFileSync(at("text"), "not a database, and long enough ".repeat(200))
  writeFileSync(at("empty"), "")
  runSql(at("foreign"), "CREATE TABLE recipes (name TEXT)")
  copyFileSync(at("good"), at("newer"))
  runSql(at("newer"), `PRAGMA user_version = ${schemaVersion + 7}`)
  copyFileSync(at("good"), at("lacking"))
  runSql(at("lacking"), "DELETE FROM messages WHERE seq = 1")
  writeFileSync(at("cut"), (await Bun.file(at("good")).bytes()).subarray(0, 20_000))
  const refusals = [
    ["missing", /^There is no \S+missing: name the backup that is to be restored\.$/],
    ["data", /data is no file: did you mean \S+data\/warren\.db\?$/],
    ["data/warren.db", /is the data of that folder itself: name the backup/],
    ["text", /text is not a database, or is damaged, so nothing was restored/],
    ["empty", /empty is empty: name the backup that is to be restored\.$/],
    ["foreign", /foreign is no backup of Warren: it belongs to another program\.$/],
    [
      "newer",
      new RegExp(`written by a newer Warren \\(schema ${schemaVersion + 7}, this one knows ${schemaVersion}\\)`),
    ],
    ["lacking", /lacking is not whole \(ok; 1 of 1 rooms, 1 of 2 messages\), so nothing was restored/],
    ["cut", /cut is not (a database, or is damaged|whole \(.*\)), so nothing was restored/],
  ] as const
  for (const [name, sentence] of refusals) {
    const told = await restore({ dataDir, file: at(name), ...quiet }).then(String, ({ message }) => message)
    expect(told, name).toMatch(sentence)
    expect(await seen(dataDir, room), name).toEqual(before)
  }
  const full = restore({ dataDir, file: at("good"), ...quiet, freeBytes: () => 1_000 })
  await expect(full).rejects.toThrow(/too little space for \S+good: free some\. The data is as it was\.$/)
  const held = openSqliteStore(dataDir, storeOptions)
  await expect(restore({ dataDir, file: at("good"), ...quiet })).rejects.toThrow("Another Warren is using the folder")
  await held.close()
  expect(readdirSync(dataDir).sort()).toEqual(["lock.db", "served.json", "warren.db"])
  expect(await seen(dataDir, room)).toEqual(before)
})

test("one that is interrupted leaves the data as it was, and nothing else", async () => {
  using folder = temporaryFolder()
  const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "backup")]
  const room = await filled(dataDir, 2)
  await backUp({ dataDir, file, signal, onProgress: () => {} })
  const before = await seen(dataDir, room)
  for (const step of ["copying", "checking"]) {
    const stop = new AbortController()
    const onProgress = (name: string) => {
      if (name === step) stop.abort(new Error("interrupted"))
    }
    const interrupted = restore({ dataDir, file, now, signal: stop.signal, onProgress })
    await expect(interrupted, step).rejects.toThrow("interrupted")
    expect(existsSync(join(dataDir, "warren.db.restoring"))).toBe(false)
    expect(await seen(dataDir, room)).toEqual(before)
  }
})

/** One more room with so many messages. */
async function filled(dataDir: string, messages: number): Promise<RoomId> {
  const store = openSqliteStore(dataDir, storeOptions)
  await using open = { store, [Symbol.asyncDispose]: () => store.close() }
  return await roomWith(open, messages)
}

/** What a client sees of it. */
async function seen(dataDir: string, roomId: RoomId) {
  const store = openSqliteStore(dataDir, storeOptions)
  await using open = { store, [Symbol.asyncDispose]: () => store.close() }
  const page = await granted(open, { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 200 })
  return { epoch: page.epoch, revs: page.messages.map(({ rev }) => rev) }
}
