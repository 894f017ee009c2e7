/** A folder of backups whose disk is not mounted any more. */
import { expect, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { folderOfBackups, nameOf } from "../../src/store/sqlite/backup-folder.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { temporaryFolder } from "../support/folder.ts"

const noon = Date.parse("2026-01-31T12:00:05.000Z")
const system = 1

async function setUp(disk: number) {
  const folder = temporaryFolder()
  const [dataDir, mounted] = [join(folder.path, "data"), join(folder.path, "mounted")]
  for (const path of [dataDir, mounted]) mkdirSync(path)
  await openSqliteStore(dataDir, { pendingMax: 10, onFailure: console.error }).close()
  const state = { disk }
  const diskOf = (path: string) => (path.startsWith(mounted) ? state.disk : system)
  return {
    dataDir,
    mounted,
    state,
    path: join(mounted, "warren"),
    /** As after a start. */
    backups: () => folderOfBackups(dataDir, join(mounted, "warren"), diskOf),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

const make = (place: ReturnType<typeof folderOfBackups>) => place.make(noon, new AbortController().signal)

test("backups that were on a disk of their own are not made on the system's where that is not mounted", async () => {
  using place = await setUp(2)
  expect(await place.backups().latestAt(noon)).toBeUndefined()
  await make(place.backups())
  rmSync(place.path, { recursive: true })
  place.state.disk = system
  await expect(place.backups().latestAt(noon)).rejects.toThrow("was on a disk of its own, which is not there now")
  expect(existsSync(place.path)).toBe(false)
  // What is left of it is an empty folder, perhaps.
  mkdirSync(place.path)
  await expect(place.backups().latestAt(noon)).rejects.toThrow("mount it")
  expect(readdirSync(place.path)).toEqual([])

  // Another disk, or the same under another number.
  place.state.disk = 3
  expect(await place.backups().latestAt(noon)).toBeUndefined()
  place.state.disk = system
  rmSync(join(place.dataDir, "backup-disk"))
  expect(await place.backups().latestAt(noon)).toBeUndefined()
})

test("backups may move to the system's disk, be there from the start, and be deleted there", async () => {
  using moved = await setUp(2)
  await moved.backups().latestAt(noon)
  await make(moved.backups())
  moved.state.disk = system
  expect(await moved.backups().latestAt(noon)).toBe(noon)

  using beside = await setUp(system)
  await beside.backups().latestAt(noon)
  await make(beside.backups())
  rmSync(join(beside.path, nameOf(noon)))
  expect(await beside.backups().latestAt(noon)).toBeUndefined()
})
