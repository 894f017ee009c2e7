/**
 * SQL in a thread of its own, for queries that take long on a large file: the caller goes
 * on meanwhile, to show progress and to hear signals.
 *
 * The thread runs the text of a function, so that uses nothing around it. A file of its own
 * would have to be named again wherever the binary is compiled.
 */
import { areDescriptorsFree } from "../../observe/descriptors.ts"
import { openTimeoutMs } from "./reader.ts"

/** File descriptors for its program, the database, its log and its index. */
const descriptorsNeeded = 16

interface ThreadQuery {
  /** Opens the database for reading only. */
  readonly path: string
  readonly sql: string
  readonly values?: readonly string[]
  /** Ends the thread, and rejects with the signal's reason. */
  readonly signal: AbortSignal
}

interface Work {
  readonly path: string
  readonly sql: string
  readonly values: readonly string[]
  readonly isQuery: boolean
  readonly timeoutMs: number
}

type Answer = { readonly rows: unknown[][] } | { readonly error: { readonly message: string; readonly code: unknown } }

/** Resolves to the rows of one statement. Rejects with an error that has SQLite's `code`. */
export async function queryInThread({ path, sql, values = [], signal }: ThreadQuery): Promise<unknown[][]> {
  signal.throwIfAborted()
  return inThread({ path, sql, values, isQuery: true }, signal)
}

/** Runs statements that may write. Rejects with an error that has SQLite's `code`. */
export async function runInThread({ path, sql }: Pick<ThreadQuery, "path" | "sql">): Promise<void> {
  await inThread({ path, sql, values: [], isQuery: false })
}

async function inThread(query: Omit<Work, "timeoutMs">, signal?: AbortSignal): Promise<unknown[][]> {
  if (!areDescriptorsFree(descriptorsNeeded)) {
    throw Object.assign(new Error("too few file descriptors are free"), { code: "EMFILE" })
  }
  const workerData: Work = { ...query, timeoutMs: openTimeoutMs }
  const { Worker } = await import("node:worker_threads")
  const thread = new Worker(`(${work})()`, { eval: true, workerData })
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  thread.once("message", resolve)
  thread.once("error", reject)
  const abort = () => reject(signal?.reason)
  signal?.addEventListener("abort", abort)
  try {
    const answer = await promise
    if ("rows" in answer) return answer.rows
    throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
  } finally {
    signal?.removeEventListener("abort", abort)
    void thread.terminate()
  }
}

async function work(): Promise<void> {
  const { parentPort, workerData } = await import("node:worker_threads")
  const { Database } = await import("bun:sqlite")
  const { path, sql, values, isQuery, timeoutMs } = workerData
  try {
    const db = isQuery ? new Database(path, { readonly: true }) : new Database(path)
    db.run(`PRAGMA busy_timeout = ${timeoutMs}`)
    const rows = isQuery ? db.query(sql).values(...values) : []
    if (!isQuery) db.run(sql)
    db.close()
    parentPort?.postMessage({ rows })
  } catch (error) {
    const { message, code } = error as Error & { code?: string }
    parentPort?.postMessage({ error: { message, code } })
  }
}
