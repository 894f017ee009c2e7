/** Which files of a folder are backups, which of them is the latest, and which ones go. */
import { expect, test } from "bun:test"
import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import {
  backupsIn,
  folderOfBackups,
  momentOf,
  nameOf,
  newestFirst,
  rotate,
} from "../../src/store/sqlite/backup-folder.ts"
import { filesBeside } from "../../src/store/sqlite/files-beside.ts"
import { temporaryFolder } from "../support/folder.ts"

const noon = Date.parse("2026-01-31T12:00:05.000Z")
const dayMs = 86_400_000

test("a backup is named by its second, and what is named otherwise is none", () => {
  expect(nameOf(noon + 999)).toBe("warren-2026-01-31T12-00-05Z.db")
  expect(momentOf(nameOf(noon + 999))).toBe(noon)
  const others = ["warren.db", "my-warren-2026-01-31T12-00-05Z.db", "warren-2026-13-31T12-00-05Z.db"]
  for (const name of [...others, `${nameOf(noon)}-wal`, `${nameOf(noon)}.partial`])
    expect(momentOf(name), name).toBeUndefined()
})

test("the newest come first, and behind them those of a time to come, whichever of two is asked about first", () => {
  const order = newestFirst(noon)
  const sorted = [noon, noon - 1, noon - 2, noon + 2, noon + 1]
  for (const [index, one] of sorted.entries()) {
    for (const other of sorted.slice(index + 1)) {
      expect(order(one, other)).toBeLessThan(0)
      expect(order(other, one)).toBeGreaterThan(0)
    }
  }
})

test("the oldest go, those of a time to come before all others, each with its files", () => {
  using folder = temporaryFolder()
  const { path } = folder
  const [first, second, third, ahead] = [noon - 3 * dayMs, noon - dayMs, noon, noon + 1_000]
  for (const at of [second, ahead, first, third]) {
    const file = join(path, nameOf(at))
    writeFileSync(file, "")
    mkdirSync(filesBeside(file))
    writeFileSync(join(filesBeside(file), "one"), "")
  }
  writeFileSync(join(path, "notes.txt"), "")
  expect(backupsIn(path, noon).map(({ epochMs }) => epochMs)).toEqual([third, second, first, ahead])
  expect(rotate(path, 2, noon)).toEqual([join(path, nameOf(first)), join(path, nameOf(ahead))])
  const kept = [second, third].flatMap((at) => [nameOf(at), filesBeside(nameOf(at))])
  expect(readdirSync(path).toSorted()).toEqual(["notes.txt", ...kept].toSorted())
  expect(rotate(path, 2, noon)).toEqual([])
})

test("a folder that is not there is made, and tells of the latest backup that was put into it", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "a/new/one")
  const backups = folderOfBackups(join(folder.path, "data"), path)
  expect([backups.name, await backups.latestAt(noon)]).toEqual([path, undefined])
  for (const at of [noon, noon - dayMs]) writeFileSync(join(path, nameOf(at)), "")
  expect(await backups.latestAt(noon)).toBe(noon)
  await backups.rotate(1, noon)
  expect(readdirSync(path)).toEqual([nameOf(noon)])
})
