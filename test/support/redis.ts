/** A real redis-server for a test, from whatever package put it on the PATH. */
import { Redis } from "ioredis"
import { freePort } from "./port.ts"
import type { ProcessGuard } from "./process.ts"
import { missing } from "./programs.ts"

export interface RedisOptions {
  /** Further arguments of redis-server. */
  readonly settings?: readonly string[]
  readonly guard?: ProcessGuard
}

/** Takes what is said, and answers with an error: subscribers stay connected and hear nothing. */
export const carriesNothing: RedisOptions = { settings: ["--rename-command", "PUBLISH", ""] }

export class RedisServer implements AsyncDisposable {
  readonly port: number
  readonly #options: RedisOptions
  #process: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined

  private constructor(port: number, options: RedisOptions) {
    this.port = port
    this.#options = options
  }

  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options)
    await server.start()
    return server
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error("It does not run.")
    return this.#process.pid
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** With nothing in it; resolves when it takes connections. */
  async start(): Promise<void> {
    const { settings = [], guard } = this.#options
    const own = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    this.#process = Bun.spawn(["redis-server", ...own, ...settings], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
      detached: guard !== undefined,
    })
    guard?.process(this.#process)
    let log = ""
    for await (const chunk of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      log += chunk
      if (log.includes("Ready to accept connections")) return
    }
    throw new Error(`redis-server did not start:\n${log}`)
  }

  /** Stops it where it is, or lets it go on: connections stay open and say nothing. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(signal)
  }

  /** Kills every connection, or those of one type, as an administrator does. */
  async killConnections(types: readonly ("pubsub" | "normal")[] = ["pubsub", "normal"]): Promise<void> {
    const redis = new Redis(this.url)
    try {
      for (const type of types) await redis.call("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes")
    } finally {
      redis.disconnect()
    }
  }

  async stop(): Promise<void> {
    this.signal("SIGCONT")
    this.#process?.kill()
    await this.#process?.exited
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

export const redisMissing = () => missing("redis-server", "redis-server")
