/** A folder without data is as it was found once what was begun in it has failed; what was there before is never touched. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { writeInBulk } from "../../src/store/sqlite/bulk.ts"
import { databaseName, enterFolder, openSqliteStore } from "../../src/store/sqlite/open.ts"
import { temporaryFolder } from "../support/folder.ts"

const failing = (dataDir: string) =>
  writeInBulk(dataDir, async (bulk) => {
    bulk.user({ id: "ann", username: "Ann", avatar: null, at: 1 })
    mkdirSync(join(dataDir, "files/ab"), { recursive: true })
    writeFileSync(join(dataDir, "files/ab/abc"), "bytes")
    expect(readdirSync(dataDir).filter((name) => name.startsWith(databaseName))).not.toEqual([])
    throw new Error("in the middle")
  })

test("a folder that was made for it is gone, with those above it; one that was there is empty again", async () => {
  using folder = temporaryFolder()
  for (const dataDir of [join(folder.path, "a/b/c"), folder.path]) {
    await expect(failing(dataDir)).rejects.toThrow("in the middle")
    expect(readdirSync(folder.path)).toEqual([])
  }
})

test("what others have put into the folder stays, also where Warren would put its own", async () => {
  using folder = temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  mkdirSync(at("files"))
  for (const name of ["notes.txt", "lock.db", "files/mine"]) writeFileSync(at(name), "")
  await expect(failing(folder.path)).rejects.toThrow("in the middle")
  expect(readdirSync(folder.path).sort()).toEqual(["files", "lock.db", "notes.txt"])
  expect(existsSync(at("files/mine"))).toBe(true)
})

test("beside data nothing is taken away", async () => {
  using folder = temporaryFolder()
  await openSqliteStore(folder.path, { pendingMax: 1, onFailure: () => {} }).close()
  const before = readdirSync(folder.path)
  expect(before).toContain("served.json")
  await expect(failing(folder.path)).rejects.toThrow("in the middle")
  expect(readdirSync(folder.path).sort()).toEqual([...before, "files"].sort())
})

test("a folder that another has entered meanwhile is theirs", () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, "data")
  mkdirSync(dataDir)
  const other = enterFolder(dataDir)
  const data = join(dataDir, databaseName)
  writeFileSync(data, "theirs")
  expect(() => enterFolder(dataDir)).toThrow("Another Warren is using the folder")
  expect(readFileSync(data, "utf8")).toBe("theirs")
  expect(readdirSync(dataDir)).toContain("lock.db")
  other.release()
})

test("data that came to be before the lock was held is not taken for what was made", () => {
  using folder = temporaryFolder()
  const { abandon } = enterFolder(folder.path)
  abandon()
  expect(readdirSync(folder.path)).toEqual([])
  using db = new Database(join(folder.path, databaseName))
  db.run("CREATE TABLE other (id)")
  expect(() => openSqliteStore(folder.path, { pendingMax: 1, onFailure: () => {} })).toThrow("another program")
  expect(readdirSync(folder.path)).toContain(databaseName)
})
