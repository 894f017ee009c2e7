/**
 * One statement in a thread of its own, for what takes long on a large file: who asks
 * goes on, to show progress and to hear a signal.
 *
 * The thread runs a function's text, so the function uses nothing that is around it. A
 * file of its own would have to be named once more wherever the binary is compiled.
 */
import { Worker } from "node:worker_threads"

export interface ThreadQuery {
  /** Of a database, which is opened for reading only. */
  readonly path: string
  readonly sql: string
  readonly values?: readonly string[]
  /** Ends the thread, and rejects with the signal's reason. */
  readonly signal: AbortSignal
}

type Answer = { readonly rows: unknown[][] } | { readonly error: { readonly message: string; readonly code: unknown } }

/** Resolves to the rows. Rejects with an error that has SQLite's `code`. */
export async function queryInThread({ path, sql, values = [], signal }: ThreadQuery): Promise<unknown[][]> {
  signal.throwIfAborted()
  const thread = new Worker(`(${work})()`, { eval: true, workerData: { path, sql, values } })
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  thread.once("message", resolve)
  thread.once("error", reject)
  const abort = () => reject(signal.reason)
  signal.addEventListener("abort", abort)
  try {
    const answer = await promise
    if ("rows" in answer) return answer.rows
    throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
  } finally {
    signal.removeEventListener("abort", abort)
    void thread.terminate()
  }
}

async function work(): Promise<void> {
  const { parentPort, workerData } = await import("node:worker_threads")
  const { Database } = await import("bun:sqlite")
  try {
    const db = new Database(workerData.path, { readonly: true })
    const rows = db.query(workerData.sql).values(...workerData.values)
    db.close()
    parentPort?.postMessage({ rows })
  } catch (error) {
    const { message, code } = error as Error & { code?: string }
    parentPort?.postMessage({ error: { message, code } })
  }
}
