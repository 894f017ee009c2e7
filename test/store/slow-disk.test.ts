/** A disk that takes long: its syncs are waited for by whoever is to be answered, and by nobody else. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { renameSync } from "node:fs"
import { join } from "node:path"
import { setImmediate as nextTurn } from "node:timers/promises"
import type { ChatStore } from "../../src/chat/store.ts"
import { databaseName, openSqliteStore } from "../../src/store/sqlite/open.ts"
import { SlowDisk, type SlowDiskOptions } from "../../src/store/sqlite/slow-disk.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { type StartSyncThread, startSyncThread } from "../../src/store/sqlite/sync-thread.ts"
import { withoutDescriptors } from "../support/descriptors.ts"
import { temporaryFolder } from "../support/folder.ts"
import { granted, joining, type OpenStore, roomWith, sending } from "./store-suite.ts"

const [full, normal] = [2, 1]
const [usual, threaded] = [
  [false, full, 1_000],
  [true, normal, 0],
]

test("after a slow commit the log is synced elsewhere, until syncs have been quick for a while", async () => {
  using stage = setStage({ slowMs: 100 })
  const { disk, how } = stage
  await disk.took(99)
  expect(how()).toEqual(usual)
  await disk.took(100)
  expect(how()).toEqual(threaded)
  stage.nowMs = 299_999
  await disk.sync()
  expect(how()).toEqual(threaded)
  stage.nowMs = 300_000
  await disk.sync()
  expect(how()).toEqual(usual)
})

test("a slow sync keeps the thread for another while, and a stop begins nothing", async () => {
  let stage: Stage | undefined
  let syncMs = 0
  const ended: string[] = []
  const start: StartSyncThread = async () => ({
    sync: async () => {
      if (stage !== undefined) stage.nowMs += syncMs
    },
    end: async () => void ended.push("ended"),
  })
  using set = setStage({ start })
  stage = set
  const { disk, how } = stage
  await disk.took(200)
  stage.nowMs = 299_800
  // A sync of 200 ms is slow, one of 199 is not.
  syncMs = 200
  await disk.sync()
  syncMs = 0
  stage.nowMs = 599_999
  await disk.sync()
  expect([how(), ended]).toEqual([threaded, []])
  syncMs = 199
  stage.nowMs = 600_000
  await disk.sync()
  expect([how(), ended]).toEqual([usual, ["ended"]])
  await disk.close()
  await disk.took(200)
  expect([how(), ended]).toEqual([usual, ["ended"]])
})

test("[SEND2] what was sent to a slow disk is there when the folder is opened again, and its log is folded", async () => {
  using folder = temporaryFolder()
  let syncs = 0
  const counted: StartSyncThread = async (...args) => {
    const thread = await startSyncThread(...args)
    const sync = () => {
      syncs++
      return thread.sync()
    }
    return { ...thread, sync }
  }
  const options = { pendingMax: 1_000, onFailure: () => {}, slowMs: 0, startSyncThread: counted }
  const before = opened(openSqliteStore(folder.path, options))
  // The thread begins within the first commit.
  const roomId = await roomWith(before, 3)
  syncs = 0
  const contents = Array.from({ length: 80 }, (_, n) => `one at a time: ${n}`)
  for (const content of contents) await granted(before, sending(roomId, content))
  expect(syncs).toBe(80)
  await before.store.close()
  expect(Bun.file(join(folder.path, `${databaseName}-wal`)).size).toBe(0)

  const after = opened(openSqliteStore(folder.path, options))
  expect(await after.store.counts()).toEqual({ rooms: 1, messages: 83 })
  expect((await granted(after, joining(roomId))).page.messages.at(-1)?.content).toBe("one at a time: 79")
  await after.store.close()
})

test("[SEND2] a sync that fails there is answered to nobody, ends the process, and is made up for by no later one", async () => {
  const lost: unknown[] = []
  const outcomes = [() => Promise.resolve(), () => Promise.reject(new Error("EIO")), () => Promise.resolve()]
  const start: StartSyncThread = async () => ({
    sync: () => outcomes.shift()?.() ?? Promise.resolve(),
    end: async () => {},
  })
  using stage = setStage({ start, onLost: (cause) => lost.push(cause) })
  const { disk } = stage
  await disk.took(200)
  await disk.sync()
  await expect(disk.sync()).rejects.toThrow("EIO")
  await expect(disk.sync()).rejects.toThrow("EIO")
  expect(outcomes).toHaveLength(1)
  await disk.close()
  expect(lost).toHaveLength(1)
})

test("a thread that cannot be started leaves the usual way, is told of, and is tried again after a while only", async () => {
  const troubles: unknown[] = []
  let tries = 0
  const start: StartSyncThread = () => {
    tries++
    return Promise.reject(new Error(`try ${tries}`))
  }
  using stage = setStage({ start, onTrouble: (cause) => troubles.push(String(cause)) })
  const { disk, how } = stage
  await disk.took(200)
  await disk.took(200)
  stage.nowMs = 299_999
  await disk.took(200)
  expect(how()).toEqual(usual)
  expect(troubles).toEqual(["Error: try 1"])
  stage.nowMs = 300_000
  await disk.took(200)
  expect(troubles).toEqual(["Error: try 1", "Error: try 2"])
  await disk.close()
})

test("commits go on in the usual way while a thread is being started, and another is not", async () => {
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<StartSyncThread>>>()
  let started = 0
  const start: StartSyncThread = () => {
    started++
    return promise
  }
  using stage = setStage({ start })
  const { disk, how } = stage
  const all = [disk.took(200), disk.took(200)]
  expect([how(), started]).toEqual([usual, 1])
  let isEnded = false
  resolve({
    sync: async () => {},
    end: async () => {
      isEnded = true
    },
  })
  await Promise.all(all)
  expect([how(), isEnded]).toEqual([threaded, false])
  await disk.close()
  expect([how(), isEnded]).toEqual([usual, true])
})

test("a thread that starts only when the database is being closed is ended first", async () => {
  const steps: string[] = []
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<StartSyncThread>>>()
  using stage = setStage({ start: () => promise })
  const { disk, how } = stage
  const took = disk.took(200)
  const closed = disk.close().then(() => steps.push("closed"))
  await nextTurn()
  expect(steps).toEqual([])
  resolve({ sync: async () => {}, end: async () => void steps.push("ended") })
  await Promise.all([took, closed])
  expect(steps).toEqual(["ended", "closed"])
  expect(how()).toEqual(usual)
  await disk.took(200)
  expect(how()).toEqual(usual)
})

test("a thread that ends with nothing to do brings the usual way back, and one that ends within a sync is a loss", async () => {
  const [lost, troubles]: [unknown[], unknown[]] = [[], []]
  const dying: StartSyncThread = (file, onGone) => startSyncThread(file, onGone, dyingProgram)
  const options = { onLost: (cause: unknown) => lost.push(cause), onTrouble: (cause: unknown) => troubles.push(cause) }
  using within = setStage({ ...options, start: dying })
  await within.disk.took(200)
  expect(within.how()).toEqual(threaded)
  expect(await within.disk.sync().catch(String)).toContain("ended")
  expect([lost.length, troubles.length]).toEqual([1, 0])

  const { promise: gone, resolve: onGone } = Promise.withResolvers<unknown>()
  const fading: StartSyncThread = (file, tell) => {
    const told = (cause: unknown) => {
      tell(cause)
      onGone(cause)
    }
    return startSyncThread(file, told, fadingProgram)
  }
  using idle = setStage({ ...options, start: fading })
  await idle.disk.took(200)
  await gone
  expect(idle.how()).toEqual(usual)
  expect([lost.length, troubles.length]).toEqual([1, 1])
  await idle.disk.close()
})

test("the thread folds the log into the file after so many syncs", async () => {
  using stage = setStage()
  stage.run("CREATE TABLE t (x)")
  const sizeBefore = Bun.file(stage.file).size
  await stage.disk.took(200)
  stage.run("INSERT INTO t VALUES (zeroblob(100000))")
  for (let sync = 1; sync < 64; sync++) await stage.disk.sync()
  expect(Bun.file(stage.file).size).toBe(sizeBefore)
  await stage.disk.sync()
  // The fold comes before the next answer.
  await stage.disk.sync()
  expect(Bun.file(stage.file).size).toBeGreaterThan(sizeBefore)
  await stage.disk.close()
})

test("a thread cannot be started without the log, or without a free descriptor, which would end the process", async () => {
  using stage = setStage()
  const gone: unknown[] = []
  const start = (file: string) => startSyncThread(file, (cause) => gone.push(cause)).catch(String)
  expect(await start(`${stage.file}-elsewhere`)).toContain("ENOENT")
  expect(gone).toEqual([])
  const code = 'startSyncThread("/nowhere", () => {}).catch(({ message }) => console.log(message))'
  const { printed, exitCode } = withoutDescriptors("store/sqlite/sync-thread.ts", "startSyncThread", code)
  expect([printed, exitCode]).toEqual(["too few file descriptors are free", 0])
})

test("a thread that is told to end is not reported as gone", async () => {
  using stage = setStage()
  const gone: unknown[] = []
  const thread = await startSyncThread(stage.file, (cause) => gone.push(cause))
  await thread.sync()
  await thread.end()
  expect(gone).toEqual([])
  await expect(thread.sync()).rejects.toThrow("the thread has ended")
})

test("a sync needs no descriptor: the thread keeps the log open", async () => {
  using stage = setStage()
  const { disk, file } = stage
  await disk.took(200)
  renameSync(`${file}-wal`, `${file}-away`)
  await disk.sync()
  renameSync(`${file}-away`, `${file}-wal`)
  await disk.close()
})

test("a database in memory has no disk to wait for", async () => {
  using db = new Database(":memory:")
  const disk = new SlowDisk(db, { slowMs: 0, onLost: () => {} })
  await disk.took(1_000)
  expect(disk.isSlow).toBe(false)
})

interface Stage extends Disposable {
  readonly file: string
  readonly disk: SlowDisk
  nowMs: number
  readonly run: (sql: string) => void
  /** Whether it is slow, and how it syncs and folds. */
  readonly how: () => unknown[]
}

/** A database in a folder of its own, on a disk of which a commit of 200 ms is slow. */
function setStage(options: Partial<SlowDiskOptions> = {}): Stage {
  const folder = temporaryFolder()
  const file = join(folder.path, databaseName)
  const db = openDatabase(file)
  const stage: Stage = {
    file,
    nowMs: 0,
    disk: new SlowDisk(db, { slowMs: 200, elapsedMs: () => stage.nowMs, onLost: () => {}, ...options }),
    run: (sql) => db.run(sql),
    how: () => [stage.disk.isSlow, ...["synchronous", "wal_autocheckpoint"].map((name) => pragma(db, name))],
    [Symbol.dispose]: () => {
      db.close()
      folder[Symbol.dispose]()
    },
  }
  return stage
}

function pragma(db: Database, name: string): unknown {
  return db.query(`PRAGMA ${name}`).values()[0]?.[0]
}

/** Of a thread that begins well, and ends at the first sync. */
async function dyingProgram(): Promise<void> {
  const { parentPort } = await import("node:worker_threads")
  parentPort?.on("message", () => parentPort.close())
  parentPort?.postMessage({})
}

/** Of one that begins well, and ends by itself. */
async function fadingProgram(): Promise<void> {
  const { parentPort } = await import("node:worker_threads")
  parentPort?.postMessage({})
  setTimeout(() => parentPort?.close(), 0)
}

function opened(store: ChatStore): OpenStore {
  return { store, [Symbol.asyncDispose]: () => store.close() }
}
