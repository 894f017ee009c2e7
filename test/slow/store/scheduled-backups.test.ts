/** Backups that a server makes by itself: when, how many stay, and what is told when they do not come. */
import { expect, test } from "bun:test"
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { folderOfBackups } from "../../../src/store/sqlite/backup-folder.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { restore } from "../../../src/store/sqlite/restore.ts"
import { ScheduledBackups } from "../../../src/store/sqlite/scheduled-backups.ts"
import { roomWith } from "../../store/store-suite.ts"
import { temporaryFolder } from "../../support/folder.ts"

const hourMs = 3_600_000
const noon = Date.parse("2026-01-31T12:00:00.000Z")

async function setStage(keep = 2) {
  const folder = temporaryFolder()
  const [dataDir, backups] = [join(folder.path, "data"), join(folder.path, "backups")]
  const store = openSqliteStore(dataDir, { pendingMax: 10_000, onFailure: console.error })
  await roomWith({ store, [Symbol.asyncDispose]: async () => {} }, 2)
  const told: unknown[] = []
  const failures: unknown[] = []
  const time = { at: noon }
  const begin = () =>
    new ScheduledBackups({
      place: folderOfBackups(dataDir, backups),
      everyMs: hourMs,
      keep,
      now: () => time.at,
      onDone: (backup) => told.push(backup),
      onFailure: (cause) => failures.push(cause),
    })
  const dispose = async () => {
    await store.close()
    folder[Symbol.dispose]()
  }
  return { dataDir, backups, told, failures, time, begin, [Symbol.asyncDispose]: dispose }
}

test("the first is made at once, the next when it is due, the oldest go, and files of others stay", async () => {
  await using stage = await setStage()
  const schedule = stage.begin()
  mkdirSync(stage.backups)
  writeFileSync(join(stage.backups, "warren-mine.db"), "precious")
  for (const minutes of [0, 30, 60, 61, 120]) {
    stage.time.at = noon + minutes * 60_000
    await schedule.look()
  }
  expect([stage.told.length, stage.failures]).toEqual([3, []])
  expect(stage.told[0]).toMatchObject({ messages: 2 })
  expect(readdirSync(stage.backups).sort()).toEqual([
    "warren-2026-01-31T13-00-00Z.db",
    "warren-2026-01-31T14-00-00Z.db",
    "warren-mine.db",
  ])
  const file = join(stage.backups, "warren-2026-01-31T14-00-00Z.db")
  using elsewhere = temporaryFolder()
  const now = new Date(noon)
  const signal = new AbortController().signal
  expect(await restore({ dataDir: elsewhere.path, file, now, signal, onProgress: () => {} })).toMatchObject({
    messages: 2,
  })
})

test("a restart makes no more of them, and none less; a clock that was set back does not end them", async () => {
  await using stage = await setStage(5)
  await stage.begin().look()
  stage.time.at += hourMs / 2
  await stage.begin().look()
  expect(stage.told.length).toBe(1)
  stage.time.at += hourMs / 2
  await stage.begin().look()
  expect(stage.told.length).toBe(2)
  stage.time.at -= 30 * hourMs
  const schedule = stage.begin()
  await schedule.look()
  expect([stage.told.length, schedule.latestAt]).toEqual([3, stage.time.at])
})

test("however wrong the clock once was, the one just made stays, and goes with its time", async () => {
  await using stage = await setStage(2)
  const days = [0, 30_000, 1, -20_000, 2, 3]
  const left: string[][] = []
  for (const day of days) {
    stage.time.at = noon + day * 24 * hourMs
    await stage.begin().look()
    left.push(
      readdirSync(stage.backups)
        .map((name) => name.slice("warren-".length, "warren-2026-01-31".length))
        .sort(),
    )
  }
  expect([stage.told.length, stage.failures]).toEqual([days.length, []])
  expect(left).toEqual([
    ["2026-01-31"],
    ["2026-01-31", "2108-03-22"],
    ["2026-01-31", "2026-02-01"],
    ["1971-04-30", "2026-02-01"],
    ["2026-02-01", "2026-02-02"],
    ["2026-02-02", "2026-02-03"],
  ])
})

test("one that fails is told with the reason, tried again in minutes, and warned of when the last is too old", async () => {
  await using stage = await setStage()
  const schedule = stage.begin()
  await schedule.look()
  // A file in the place of the folder.
  rmSync(stage.backups, { recursive: true })
  writeFileSync(stage.backups, "")
  stage.time.at = noon + hourMs
  await schedule.look()
  await schedule.look()
  expect([stage.failures.length, schedule.warnings()]).toEqual([1, []])
  stage.time.at = noon + 2 * hourMs + 1
  await schedule.look()
  expect(stage.failures.length).toBe(2)
  expect(schedule.warnings()).toEqual([
    expect.stringMatching(
      /^The last backup is of 2026-01-31T12:00:00Z in \S+backups, and one is due every 1 h\. \S+backups is no folder: move away what is there/,
    ),
  ])
  rmSync(stage.backups)
  stage.time.at += hourMs
  await schedule.look()
  expect([stage.told.length, schedule.warnings()]).toEqual([2, []])
})

test("where there never was one, that is said, at once when it fails", async () => {
  await using stage = await setStage()
  writeFileSync(stage.backups, "")
  const schedule = stage.begin()
  expect(schedule.warnings()).toEqual([])
  await schedule.look()
  const told = [expect.stringMatching(/^There is no backup in \S+, and one is due every 1 h\. \S+ is no folder/)]
  expect(schedule.warnings()).toEqual(told)
  stage.time.at += 3 * hourMs
  expect(schedule.warnings()).toEqual(told)
})

test("a stop ends one that is under way, and leaves nothing of it", async () => {
  await using stage = await setStage()
  const schedule = stage.begin()
  const looking = schedule.look()
  await schedule.close()
  await looking
  expect([stage.told, stage.failures, readdirSync(stage.backups)]).toEqual([[], [], []])
  await schedule.look()
  expect(readdirSync(stage.backups)).toEqual([])
})
