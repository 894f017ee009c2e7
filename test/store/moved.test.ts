/** A folder of which the data was moved to PostgreSQL, or that is being filled. */
import { expect, test } from "bun:test"
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { backUp } from "../../src/store/sqlite/backup.ts"
import { writeInBulk } from "../../src/store/sqlite/bulk.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { restore } from "../../src/store/sqlite/restore.ts"
import { sqliteTarget } from "../../src/store/sqlite/side.ts"
import { temporaryFolder } from "../support/folder.ts"

const options = { pendingMax: 10, onFailure: console.error }
const quiet = { signal: new AbortController().signal, onProgress: () => {} }

test("nothing is served from it, imported or restored into it by mistake; what was moved may come back", async () => {
  using folder = temporaryFolder()
  const [full, moved, file] = ["full", "moved", "backup.db"].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  await openSqliteStore(full, options).close()
  await backUp({ dataDir: full, file, ...quiet })
  mkdirSync(moved)
  writeFileSync(join(moved, "warren.db.moved"), "as it was")
  const ways = {
    serve: async () => openSqliteStore(moved, options),
    "import of another chat": () => writeInBulk(moved, async () => {}),
    import: async () => sqliteTarget(moved, { isAnew: true }),
    restore: () => restore({ dataDir: moved, file, now: new Date(), ...quiet }),
  }
  for (const [way, go] of Object.entries(ways)) {
    await expect(go(), way).rejects.toThrow(`The data of ${moved} was moved to PostgreSQL: set DATABASE_URL.`)
    expect(readdirSync(moved), way).toEqual(["warren.db.moved"])
  }
  await sqliteTarget(moved).close()
})

test("no empty server begins where an import was not finished; beside data, what was not finished goes", async () => {
  using folder = temporaryFolder()
  const path = (name: string) => join(folder.path, name)
  const unfinished = ["moving", "moving-wal", "restoring", "importing-1"].map((ending) => `warren.db.${ending}`)
  for (const name of unfinished) writeFileSync(path(name), "part")
  expect(() => openSqliteStore(folder.path, options)).toThrow(
    `An import or a move into ${folder.path} was not finished: run it again, or delete ${path("warren.db.moving")} to begin with nothing.`,
  )
  expect(readdirSync(folder.path).sort()).toEqual(unfinished.sort())
  rmSync(path("warren.db.moving"))
  await openSqliteStore(folder.path, options).close()
  for (const name of unfinished) writeFileSync(path(name), "part")
  await openSqliteStore(folder.path, options).close()
  expect(readdirSync(folder.path).sort()).toEqual(["lock.db", "served.json", "warren.db"])
})
