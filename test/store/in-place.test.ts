/** The files of the data under a running store: moved, deleted, replaced, cut, and reached through links. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { OperatorError } from "../../src/observe/operator-error.ts"
import { filesInPlace } from "../../src/store/sqlite/in-place.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { granted, type OpenStore, roomWith, sending } from "./store-suite.ts"

const cut = expect.objectContaining({ code: "SQLITE_IOERR_SHORT_READ" })
const names = ["warren.db", "warren.db-wal", "lock.db"]

test("[ERR1] a file that is moved, deleted or replaced is noticed at the next look, also behind a link, until it is back", () => {
  for (const isLinked of [false, true]) {
    using place = openPlace(isLinked)
    for (const name of names) {
      const file = join(place.home, name)
      place.look()
      renameSync(file, `${file}.away`)
      expect(place.look, name).toThrow("was moved, deleted or replaced")
      writeFileSync(file, "another")
      expect(place.look, name).toThrow(expect.objectContaining({ code: "SQLITE_READONLY_DBMOVED" }))
      renameSync(`${file}.away`, file)
      place.look()
    }
  }
})

test("[ERR1] a link to the file that comes to lead elsewhere is noticed", () => {
  using place = openPlace(true)
  place.look()
  rmSync(place.path)
  expect(place.look).toThrow("was moved, deleted or replaced")
  writeFileSync(join(place.home, "another"), "another")
  symlinkSync(join(place.home, "another"), place.path)
  expect(place.look).toThrow("was moved, deleted or replaced")
})

test("[ERR1] a log that is cut in place fails what writes, and what was in the file before it is whole afterwards", async () => {
  for (const share of [0, 0.5]) {
    using folder = temporaryFolder()
    const before = opened(folder.path)
    await roomWith(before, 2)
    await before.store.close()
    const open = opened(folder.path)
    const roomId = await roomWith(open, 3)

    const log = join(folder.path, "warren.db-wal")
    truncateSync(log, Math.floor(statSync(log).size * share))
    for (const content of ["one", "two"])
      expect(await granted(open, sending(roomId, content)).catch(({ code }) => code)).toBe("ERR_STORAGE")
    expect(open.failures).toEqual([cut, cut])
    await open.store.close()

    using db = new Database(join(folder.path, "warren.db"), { readonly: true })
    expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]])
    await using after = opened(folder.path)
    expect((await after.store.counts()).messages).toBeGreaterThanOrEqual(2)
  }
})

test("a log that another program empties rightly is none that was cut", async () => {
  using folder = temporaryFolder()
  await using open = opened(folder.path)
  const roomId = await roomWith(open, 2)
  using other = new Database(join(folder.path, "warren.db"))
  expect(other.query("PRAGMA wal_checkpoint(TRUNCATE)").values()).toEqual([[0, 0, 0]])
  expect(statSync(join(folder.path, "warren.db-wal")).size).toBe(0)
  expect((await granted(open, sending(roomId, "next"))).message.seq).toBe(3)
})

test("one file is one server's, by whichever folder it is reached", async () => {
  using folder = temporaryFolder()
  const [home, other] = [join(folder.path, "home"), join(folder.path, "other")]
  mkdirSync(other)
  const first = opened(home)
  symlinkSync(join(home, "warren.db"), join(other, "warren.db"))
  expect(() => opened(other)).toThrow("Another Warren is using the folder")
  await first.store.close()
  await opened(other).store.close()
  expect(existsSync(join(other, "lock.db"))).toBe(false)
})

test("a link to a file that is not there begins no new file", () => {
  using folder = temporaryFolder()
  symlinkSync(join(folder.path, "unmounted.db"), join(folder.path, "warren.db"))
  const open = () => opened(folder.path)
  expect(open).toThrow(OperatorError)
  expect(open).toThrow("warren.db is a link to a file that is not there")
  expect(existsSync(join(folder.path, "unmounted.db"))).toBe(false)
})

function opened(folder: string): OpenStore & { readonly failures: readonly unknown[] } {
  const failures: unknown[] = []
  const store = openSqliteStore(folder, { pendingMax: 10, onFailure: (cause) => failures.push(cause) })
  return { store, failures, [Symbol.asyncDispose]: () => store.close() }
}

/** A database with its lock, opened by its path or by a link to it; each look comes long enough after the one before. */
function openPlace(isLinked: boolean) {
  const folder = temporaryFolder()
  const home = join(folder.path, "home")
  mkdirSync(home)
  writeFileSync(join(home, "lock.db"), "")
  const path = isLinked ? join(folder.path, "warren.db") : join(home, "warren.db")
  if (isLinked) {
    new Database(join(home, "warren.db")).close()
    symlinkSync(join(home, "warren.db"), path)
  }
  const db = openDatabase(path)
  let nowMs = 0
  const check = filesInPlace(db, () => nowMs)
  const look = () => {
    nowMs += 1_000
    check()
  }
  const dispose = () => {
    db.close()
    folder[Symbol.dispose]()
  }
  return { home, path, look, [Symbol.dispose]: dispose }
}
