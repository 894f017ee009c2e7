/** A real redis-server for a test, from whatever package put it on the PATH. */
import { test } from "bun:test"

const binary = Bun.which("redis-server")

export class RedisServer {
  readonly port: number
  #process: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined

  constructor(port = freePort()) {
    this.port = port
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const settings = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    this.#process = Bun.spawn([binary!, ...settings], { stdin: "ignore", stdout: "pipe", stderr: "inherit" })
    let log = ""
    for await (const chunk of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      log += chunk
      if (log.includes("Ready to accept connections")) return
    }
    throw new Error(`redis-server did not start:\n${log}`)
  }

  async stop(): Promise<void> {
    this.#process?.kill()
    await this.#process?.exited
  }
}

/** True if redis-server is there. Where it is not, a skipped test says so; with `CI=true` it fails. */
export function redisIsInstalled(): boolean {
  if (binary !== null) return true
  const reason = "redis-server is not installed (Debian: apt-get install redis-server)"
  const { CI } = process.env
  if (CI === "true") {
    test(`Redis: ${reason}`, () => {
      throw new Error(reason)
    })
  } else test.skip(`Redis: ${reason}`, () => {})
  return false
}

function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } })
  listener.stop(true)
  return listener.port
}
