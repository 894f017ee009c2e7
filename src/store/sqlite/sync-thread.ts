/**
 * A thread that syncs the log of a database on request, and folds the log into the file
 * from time to time: see slow-disk.ts.
 *
 * It keeps the log open, so that running out of file descriptors is not taken for a failed
 * disk. However it ends, whoever waits for it is told.
 */
import { areDescriptorsFree } from "../../observe/descriptors.ts"

/** File descriptors for its program, the database and the log. */
const descriptorsNeeded = 16
/** SQLite folds the log into the file every 1,000 pages, with syncs of its own; the thread does it about as often. */
const syncsPerFold = 64

export interface SyncThread {
  /** Resolves once everything committed is on disk; rejects if that is unknown. One at a time. */
  readonly sync: () => Promise<void>
  /** Resolves when it has ended, and folds nothing any more. */
  readonly end: () => Promise<void>
}

/** Calls `onGone` if the thread ends while idle, without having been told to. */
export type StartSyncThread = (file: string, onGone: (cause: unknown) => void) => Promise<SyncThread>

type Reply = { readonly error?: { readonly message: string; readonly code: unknown } }

/** Resolves once the thread can sync; rejects if it cannot be started. */
export async function startSyncThread(
  file: string,
  onGone: (cause: unknown) => void,
  program: () => Promise<void> = work,
): Promise<SyncThread> {
  if (!areDescriptorsFree(descriptorsNeeded)) throw new Error("too few file descriptors are free")
  const { Worker } = await import("node:worker_threads")
  const worker = new Worker(`(${program})()`, { eval: true, workerData: { file, syncsPerFold } })
  let asked: PromiseWithResolvers<void> | undefined
  let gone: { readonly cause: unknown } | undefined
  let isWanted = false
  const answer = () => {
    worker.ref()
    asked = Promise.withResolvers()
    return asked.promise.finally(() => {
      asked = undefined
      worker.unref()
    })
  }
  worker.on("message", ({ error }: Reply) => {
    if (error === undefined) asked?.resolve()
    else asked?.reject(Object.assign(new Error(error.message), { code: error.code }))
  })
  const ended = new Promise<void>((resolve) => {
    const end = (cause: unknown) => {
      resolve()
      if (gone !== undefined) return
      gone = { cause }
      if (asked !== undefined) asked.reject(cause)
      else if (isWanted) onGone(cause)
    }
    worker.once("error", end)
    worker.once("exit", () => end(new Error("the thread has ended")))
  })
  await answer()
  isWanted = true
  return {
    sync: async () => {
      if (gone !== undefined) throw gone.cause
      worker.postMessage("sync")
      await answer()
    },
    end: () => {
      isWanted = false
      worker.postMessage("end")
      return ended
    },
  }
}

/** The thread runs this function's text, so it uses nothing around it: see query-thread.ts. */
async function work(): Promise<void> {
  const { parentPort, workerData } = await import("node:worker_threads")
  const { fsyncSync, openSync } = await import("node:fs")
  const { Database } = await import("bun:sqlite")
  const { file, syncsPerFold } = workerData
  const telling = (work: () => void): Reply => {
    try {
      work()
      return {}
    } catch (error) {
      const { message, code } = error as Error & { code?: string }
      return { error: { message, code } }
    }
  }
  let db: import("bun:sqlite").Database | undefined
  let log = 0
  let syncs = 0
  const opened = telling(() => {
    log = openSync(`${file}-wal`, "r+")
    db = new Database(file)
    db.run("SELECT 1 FROM sqlite_schema")
  })
  parentPort?.postMessage(opened)
  const end = () => {
    db?.close()
    parentPort?.close()
  }
  if (opened.error !== undefined) return end()
  parentPort?.on("message", (message) => {
    if (message === "end") return end()
    parentPort?.postMessage(telling(() => fsyncSync(log)))
    syncs++
    // A log that cannot be folded stays as it is, and grows until it can be.
    if (syncs % syncsPerFold === 0) telling(() => void db?.run("PRAGMA wal_checkpoint(PASSIVE)"))
  })
}
