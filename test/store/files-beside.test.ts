import { expect, test } from "bun:test"
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { backUp } from "../../src/store/sqlite/backup.ts"
import { nameOf, rotate } from "../../src/store/sqlite/backup-folder.ts"
import { filesBeside } from "../../src/store/sqlite/files-beside.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { restore } from "../../src/store/sqlite/restore.ts"
import { temporaryFolder } from "../support/folder.ts"
import { add, hashOf, picture } from "./files-suite.ts"

const rest = { signal: new AbortController().signal, onProgress: () => {} }
const within = (folder: string, sha256: string) => join(folder, sha256.slice(0, 2), sha256)

/** A folder of data with files of nine bytes each. */
async function withFiles(folder: string, count: number): Promise<string[]> {
  const store = openSqliteStore(folder, { pendingMax: 100, onFailure: console.error })
  const opened = { store, [Symbol.asyncDispose]: () => store.close() }
  const files = Array.from({ length: count }, (_, index) => picture(`${index}.png`))
  for (const file of files) {
    await add(opened, file)
    const path = within(join(folder, "files"), hashOf(file))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, "9 bytes!!")
  }
  await store.close()
  return files.map(hashOf)
}

test("a backup has the files beside it, by second names, and a restore puts them back", async () => {
  using folder = temporaryFolder()
  const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "copy.db")]
  const hashes = await withFiles(dataDir, 3)
  expect(await backUp({ dataDir, file, ...rest })).toMatchObject({ files: 3, missing: 0 })
  const [first = ""] = hashes
  const [original, copy] = [join(dataDir, "files"), filesBeside(file)].map((place) => statSync(within(place, first)))
  expect(copy?.ino).toBe(original!.ino)

  const other = join(folder.path, "other")
  const restored = await restore({ dataDir: other, file, now: new Date(), ...rest })
  expect(restored).toMatchObject({ files: 3, missing: 0 })
  for (const sha256 of hashes) expect(readFileSync(within(join(other, "files"), sha256), "utf8")).toBe("9 bytes!!")
  expect(statSync(within(join(other, "files"), first)).ino).not.toBe(original!.ino)
})

test("a file that is lost is counted, one that is damaged fails the backup, which leaves nothing", async () => {
  using folder = temporaryFolder()
  const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "copy.db")]
  const [lost = "", damaged = ""] = await withFiles(dataDir, 2)
  await Bun.file(within(join(dataDir, "files"), lost)).delete()
  expect(await backUp({ dataDir, file: `${file}.1`, ...rest })).toMatchObject({ files: 1, missing: 1 })
  writeFileSync(within(join(dataDir, "files"), damaged), "8 bytes!")
  expect(backUp({ dataDir, file, ...rest })).rejects.toThrow("is damaged: it should have 9 bytes")
  await backUp({ dataDir, file, ...rest }).catch(() => {})
  expect([existsSync(file), existsSync(filesBeside(file))]).toEqual([false, false])
})

test("what is rotated away goes with its files", async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, "data")
  await withFiles(dataDir, 1)
  const made = [0, 1].map((day) => join(folder.path, nameOf(day * 86_400_000)))
  for (const file of made) await backUp({ dataDir, file, ...rest })
  expect(rotate(folder.path, 1, Date.now())).toEqual([made[0]!])
  expect(made.map((file) => existsSync(filesBeside(file)))).toEqual([false, true])
})
