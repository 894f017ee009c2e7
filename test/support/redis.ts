/** A real redis-server for a test, from whatever package put it on the PATH. */
import { Redis } from "ioredis"
import { freePort } from "./port.ts"
import { missing } from "./programs.ts"

export interface RedisOptions {
  /** Further arguments of redis-server. */
  readonly settings?: readonly string[]
  /** Whether Ctrl-C in this terminal is none of its business. */
  readonly isApart?: boolean
}

/** Takes what is said, and answers with an error: subscribers stay connected and hear nothing. */
export const carriesNothing: RedisOptions = { settings: ["--rename-command", "PUBLISH", ""] }

export class RedisServer implements AsyncDisposable {
  readonly port: number
  readonly #settings: readonly string[]
  readonly #isApart: boolean
  #process: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined

  private constructor(port: number, { settings = [], isApart = false }: RedisOptions) {
    this.port = port
    this.#isApart = isApart
    this.#settings = settings
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
    const settings = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    this.#process = Bun.spawn(["redis-server", ...settings, ...this.#settings], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
      detached: this.#isApart,
    })
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

  /** Kills every connection, as an administrator does. */
  async killConnections(): Promise<void> {
    const redis = new Redis(this.url)
    try {
      await redis.call("CLIENT", "KILL", "TYPE", "pubsub")
      await redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
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
