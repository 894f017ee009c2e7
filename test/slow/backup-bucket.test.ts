/** Backups that a server sends to a bucket: whole or not there, each restored with what it knew, and nothing kept for none. */
import { expect, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { FileId } from "../../src/contract/files.ts"
import { BucketBackups } from "../../src/files/backup-bucket.ts"
import { keyOf } from "../../src/files/blobs.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { restore } from "../../src/store/sqlite/restore.ts"
import { ScheduledBackups } from "../../src/store/sqlite/scheduled-backups.ts"
import { add, hashOf, picture } from "../store/files-suite.ts"
import { granted, roomWith } from "../store/store-suite.ts"
import { temporaryFolder } from "../support/folder.ts"
import { access, S3Server } from "../support/s3.ts"

const hourMs = 3_600_000
const noon = Date.parse("2026-01-31T12:00:00.000Z")
const nameAt = (hour: number) => `some/place/warren-2026-01-31T${hour}-00-00Z.db`

/** Data with two messages, served from here, and backups of it in a bucket; two are kept. */
async function setStage() {
  const folder = temporaryFolder()
  const s3 = new S3Server()
  const dataDir = join(folder.path, "data")
  const store = openSqliteStore(dataDir, { pendingMax: 10_000, onFailure: console.error })
  const opened = { store, [Symbol.asyncDispose]: async () => {} }
  await roomWith(opened, 2)
  const [time, failures, told] = [{ at: noon }, [] as unknown[], [] as unknown[]]
  const url = "s3://bucket/some/place/"
  const place = new BucketBackups({ dataDir, url, access: { ...access, endpoint: s3.endpoint } })
  const schedule = new ScheduledBackups({
    ...{ place, everyMs: hourMs, keep: 2, now: () => time.at },
    onDone: (made) => told.push(made),
    onFailure: (cause) => failures.push(cause),
  })
  let files = 0
  return {
    ...{ folder, s3, dataDir, schedule, time, failures, told },
    addFile: async () => {
      const file = picture(`${files++}.png`)
      await add(opened, file)
      const path = keyOf(hashOf(file), "original")
      mkdirSync(dirname(join(dataDir, "files", path)), { recursive: true })
      writeFileSync(join(dataDir, "files", path), "9 bytes!!")
      return { id: file.id, key: `some/place/files/${path}` }
    },
    /** As the server does with one that no message has taken for a day. */
    removeFile: (id: FileId) => granted(opened, { kind: "removeFiles", ids: [id], before: Number.MAX_SAFE_INTEGER }),
    look: async (hours: number) => {
      time.at = noon + hours * hourMs
      await schedule.look()
    },
    keys: () => [...s3.objects.keys()].sort(),
    /** As any program that speaks S3 brings it back. */
    fetched: (name: string) => {
      const file = join(folder.path, "fetched.db")
      writeFileSync(file, s3.objects.get(name)!.bytes)
      for (const [key, { bytes }] of s3.objects) {
        if (!key.startsWith("some/place/files/")) continue
        const path = join(`${file}.files`, key.slice("some/place/files/".length))
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, bytes)
      }
      return file
    },
    [Symbol.asyncDispose]: async () => {
      await schedule.close()
      await store.close()
      await s3[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

test("each has the data and its files, which go there once; one is restored from what is in the bucket", async () => {
  await using stage = await setStage()
  const [first, second] = [await stage.addFile(), await stage.addFile()]
  await stage.look(0)
  const third = await stage.addFile()
  await stage.look(0.5)
  await stage.look(1)
  expect([stage.failures, stage.told]).toEqual([
    [],
    [12, 13].map((hour) => ({ file: `s3://bucket/${nameAt(hour)}`, bytes: expect.any(Number), messages: 2 })),
  ])
  expect(stage.keys()).toEqual(
    [
      ...[12, 13].flatMap((hour) => [nameAt(hour), `${nameAt(hour)}.contents`]),
      ...[first, second, third].map(({ key }) => key),
    ].sort(),
  )
  for (const { key } of [first, second, third])
    expect(stage.s3.asked.filter((asked) => asked === `PUT ${key}`)).toHaveLength(1)
  expect(readdirSync(stage.dataDir)).not.toContain("backup-on-its-way")

  for (const [hour, files] of [
    [12, 2],
    [13, 3],
  ] as const) {
    const dataDir = join(stage.folder.path, `restored-${hour}`)
    const rest = { now: new Date(noon), signal: new AbortController().signal, onProgress: () => {} }
    const restored = await restore({ dataDir, file: stage.fetched(nameAt(hour)), ...rest })
    expect(restored).toMatchObject({ messages: 2, files, missing: 0 })
  }
})

test("the oldest goes, with what no other backup knows; what is not ours stays", async () => {
  await using stage = await setStage()
  const [passing, lasting] = [await stage.addFile(), await stage.addFile()]
  const foreign = ["some/place/warren-mine.db", "some/place/files/readme.txt", "some/warren-2026-01-31T12-00-00Z.db"]
  for (const key of foreign) stage.s3.objects.set(key, { bytes: Buffer.from("precious"), modifiedAt: noon })
  await stage.look(0)
  await stage.removeFile(passing.id)
  await stage.look(1)
  expect(stage.keys()).toContain(passing.key)
  await stage.look(2)
  expect(stage.failures).toEqual([])
  const kept = [13, 14].flatMap((hour) => [nameAt(hour), `${nameAt(hour)}.contents`])
  expect(stage.keys()).toEqual([...kept, lasting.key, ...foreign].sort())
})

test("of a backup whose list is lost nobody knows what it needs: no content goes", async () => {
  await using stage = await setStage()
  const passing = await stage.addFile()
  await stage.look(0)
  await stage.removeFile(passing.id)
  await stage.look(1)
  stage.s3.objects.delete(`${nameAt(13)}.contents`)
  await stage.look(2)
  expect(stage.keys()).toContain(passing.key)
})

test("a bucket that is away is warned of, and the next one is made when it is back; a part of one is none", async () => {
  await using stage = await setStage()
  await stage.addFile()
  await stage.look(0)
  // Everything but the database itself arrives.
  stage.s3.before = (method, key) => {
    if (method === "PUT" && key === nameAt(13)) stage.s3.isDown = true
  }
  stage.s3.after = () => {
    if (stage.s3.isDown) stage.s3.objects.delete(nameAt(13))
  }
  await stage.look(1)
  await stage.look(2.1)
  expect([stage.failures.length, stage.told.length]).toEqual([2, 1])
  expect(stage.schedule.warnings()).toEqual([
    expect.stringMatching(/^The last backup is of 2026-01-31T12:00:00Z in s3:\/\/bucket\/some\/place, and one is due/),
  ])
  expect(existsSync(join(stage.dataDir, "backup-on-its-way"))).toBe(false)
  Object.assign(stage.s3, { before: () => {}, after: () => {}, isDown: false })
  await stage.look(3)
  expect([stage.told.length, stage.schedule.warnings()]).toEqual([2, []])
  expect(stage.keys().filter((key) => key.includes("T13"))).toEqual([])
})

test("what a server that was killed has left on its way is gone with the next one", async () => {
  await using stage = await setStage()
  mkdirSync(join(stage.dataDir, "backup-on-its-way"))
  writeFileSync(join(stage.dataDir, "backup-on-its-way", "warren-2026-01-31T12-00-00Z.db"), "a part")
  await stage.look(0)
  expect([stage.failures, readdirSync(stage.dataDir).includes("backup-on-its-way")]).toEqual([[], false])
})

test("a stop ends one that is under way, and nothing has its name", async () => {
  await using stage = await setStage()
  await stage.addFile()
  let closing: Promise<void> | undefined
  stage.s3.before = (method) => {
    if (method === "PUT") closing ??= stage.schedule.close()
  }
  await stage.look(0)
  await closing
  expect(closing).toBeDefined()
  expect([stage.told, stage.failures, stage.s3.objects.has(nameAt(12))]).toEqual([[], [], false])
  expect(readdirSync(stage.dataDir)).not.toContain("backup-on-its-way")
})

test("however wrong the clock once was, the one just made stays, and goes with its time", async () => {
  await using stage = await setStage()
  const left: string[][] = []
  for (const hours of [0, 700_000, 1, 2]) {
    await stage.look(hours)
    left.push(stage.keys().filter((key) => key.endsWith(".db")))
  }
  expect(stage.failures).toEqual([])
  expect(left.slice(2)).toEqual([
    [nameAt(12), nameAt(13)],
    [nameAt(13), nameAt(14)],
  ])
})

test("a bucket that cannot be used is told with the settings that lead to it, whatever was begun", async () => {
  using folder = temporaryFolder()
  const place = new BucketBackups({
    dataDir: folder.path,
    url: "s3://bucket/place",
    access: { ...access, endpoint: "http://127.0.0.1:1" },
  })
  for (const begin of [() => place.latestAt(noon), () => place.rotate(1, noon)])
    await expect(begin()).rejects.toThrow(
      /^The bucket of BACKUP_DIR cannot be used \(\w+\)\. Check BACKUP_DIR, S3_ENDPOINT \(or AWS_ENDPOINT\), and/,
    )
})
