/** A real redis-server for a test, from whatever package put it on the PATH. */
import { freePort } from "./port.ts"
import { missing } from "./programs.ts"

export class RedisServer implements AsyncDisposable {
  readonly port: number
  #process: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined

  private constructor(port: number) {
    this.port = port
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort())
    await server.start()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** With nothing in it; resolves when it takes connections. */
  async start(): Promise<void> {
    const settings = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    this.#process = Bun.spawn(["redis-server", ...settings], { stdin: "ignore", stdout: "pipe", stderr: "inherit" })
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
