/**
 * The index as the server sees it: a thread that answers queries, and is restarted if it
 * ends. It starts a moment after the server, or with the first search.
 */
import type { Worker } from "node:worker_threads"
import type { FoundHits, Searcher, Wanted } from "../chat/searcher.ts"
import type { Settle } from "../chat/store.ts"
import { minuteMs } from "../contract/durations.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import { isCompiled } from "../door.ts"
import { showing } from "./matches.ts"
import type { FromThread, Place, ToThread } from "./protocol.ts"

const startDelayMs = 1_000
const restartMsDefault = 1_000
const restartMsMax = minuteMs
/** A thread that is silent for this long hangs, perhaps on a disk. */
const answerMs = 10_000
const endMs = 2_000
/** File descriptors for its program, its file and log, and those of the data. */
const descriptorsNeeded = 24

/** In the compiled binary, entries lie side by side in their common folder. */
const entry = isCompiled ? "./search/worker.ts" : new URL("./worker.ts", import.meta.url)

interface SearchThreadOptions {
  readonly place: Place
  /** How long to wait before a restart; twice as long each further time. */
  readonly restartMs?: number
  /** Whether so many files can be opened: Bun ends the process where it finds none for a thread's program. */
  readonly canOpen?: (files: number) => boolean
  /** For the log. */
  readonly onProgress: (progress: FromThread & { readonly kind: "building" | "built" }) => void
  readonly onFailure: (cause: string) => void
}

interface Asked {
  readonly settle: Settle<FoundHits>
  readonly timer: ReturnType<typeof setTimeout>
}

export class SearchThread implements Searcher {
  readonly #options: SearchThreadOptions
  readonly #asked = new Map<number, Asked>()
  #thread: Worker | undefined
  #numbered = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #restartMs: number
  #isClosed = false
  #behind = 0

  constructor(options: SearchThreadOptions) {
    this.#options = options
    this.#restartMs = options.restartMs ?? restartMsDefault
  }

  begin(): void {
    this.#startIn(startDelayMs)
  }

  readonly find = (wanted: Wanted, settle: Settle<FoundHits>): void => {
    if (this.#isClosed || this.#asked.size >= limits.searchesPendingMax) throw new ChatError("ERR_BUSY")
    const thread = this.#thread ?? this.#startIfPossible()
    if (thread === undefined) throw new ChatError("ERR_BUSY")
    const number = ++this.#numbered
    const timer = setTimeout(() => this.#settle(number, new ChatError("ERR_BUSY")), answerMs)
    this.#asked.set(number, { settle, timer })
    thread.postMessage({ kind: "find", number, wanted: JSON.stringify(wanted) } satisfies ToThread)
  }

  readonly showing = showing

  /** Number of changes that are not indexed yet, as it last reported. */
  get behind(): number {
    return this.#behind
  }

  /** Settles what is in progress. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    const thread = this.#thread
    if (thread !== undefined) {
      const ended = new Promise<void>((resolve) => {
        thread.once("exit", () => resolve())
        setTimeout(resolve, endMs).unref()
      })
      thread.postMessage({ kind: "end" } satisfies ToThread)
      await ended
      await thread.terminate()
    }
    this.#settleAll()
  }

  #startIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#thread ?? this.#startIfPossible(), ms)
    this.#timer.unref()
  }

  #startIfPossible(): Worker | undefined {
    if (this.#options.canOpen?.(descriptorsNeeded) !== false) return this.#start()
    this.#startIn(restartMsMax)
    return undefined
  }

  #start(): Worker {
    clearTimeout(this.#timer)
    const { Worker } = process.getBuiltinModule("node:worker_threads")
    const thread = new Worker(entry, { workerData: this.#options.place })
    this.#thread = thread
    thread.on("message", (message: FromThread) => this.#hear(message))
    thread.on("error", (cause) => this.#options.onFailure(String(cause)))
    thread.on("exit", () => this.#ended(thread))
    return thread
  }

  #ended(thread: Worker): void {
    if (this.#thread !== thread) return
    this.#thread = undefined
    this.#settleAll()
    if (this.#isClosed) return
    this.#options.onFailure("its thread ended")
    this.#startIn(this.#restartMs)
    this.#restartMs = Math.min(2 * this.#restartMs, restartMsMax)
  }

  #hear(message: FromThread): void {
    switch (message.kind) {
      case "found":
        this.#restartMs = this.#options.restartMs ?? restartMsDefault
        this.#settle(message.number, { ...JSON.parse(message.rest), answer: message.answer })
        break
      case "notFound":
        this.#options.onFailure(message.cause)
        this.#settle(message.number, new ChatError("ERR_BUSY"))
        break
      case "building":
      case "built":
        this.#options.onProgress(message)
        break
      case "behind":
        this.#behind = message.changes
        break
      case "failed":
        this.#options.onFailure(message.cause)
        break
    }
  }

  #settle(number: number, outcome: FoundHits | ChatError): void {
    const asked = this.#asked.get(number)
    if (asked === undefined) return
    clearTimeout(asked.timer)
    this.#asked.delete(number)
    asked.settle(outcome)
  }

  #settleAll(): void {
    for (const number of [...this.#asked.keys()]) this.#settle(number, new ChatError("ERR_BUSY"))
  }
}
