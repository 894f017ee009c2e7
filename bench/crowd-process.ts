/** One process of a crowd's clients, from outside: it is given orders, and says when each was carried out. */
import { join } from "node:path"
import type { Done, Order } from "./crowd-clients.ts"

export class Clients {
  readonly #child = Bun.spawn([process.execPath, join(import.meta.dir, "crowd-clients.ts")], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  })
  readonly #lines = linesOf(this.#child.stdout)

  /** Rejects when it ends, or has lost a connection. */
  async do(order: Order): Promise<Done> {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`)
    this.#child.stdin.flush()
    const { value } = await this.#lines.next()
    if (value === undefined) throw new Error(`The crowd's clients failed to ${order.kind}.`)
    const done = JSON.parse(value) as Done
    if (done.lost > 0) throw new Error(`${done.lost} connections of the crowd were lost.`)
    return done
  }

  stop(): void {
    this.#child.kill("SIGKILL")
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = ""
  const decoder = new TextDecoder()
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n")
    rest = lines.pop() ?? ""
    yield* lines
  }
  return undefined
}
