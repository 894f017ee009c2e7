/** What stands between two programs of a test: a slow link, and one that can be cut one way or led elsewhere. */
import { connect as connectTcp, createServer, type Server, type Socket } from "node:net"

/** What is held goes on from where it was when it is released, as TCP does after a partition. */
export class Relay implements AsyncDisposable {
  readonly port: number
  /** Where new connections lead. */
  target: number
  readonly #server: Server
  readonly #pairs = new Set<{ readonly near: Socket; readonly far: Socket }>()
  #held: "there" | "back" | undefined

  private constructor(server: Server, port: number, target: number) {
    this.#server = server
    this.port = port
    this.target = target
  }

  /** Of a port on this machine. */
  static async to(target: number): Promise<Relay> {
    const server = createServer()
    const relay = new Relay(server, await listening(server), target)
    server.on("connection", (near) => relay.#join(near))
    return relay
  }

  /** From now on nothing arrives at the target, or nothing comes back from it. Connections stay, and new ones are made. */
  hold(way: "there" | "back"): void {
    this.#held = way
    for (const { near, far } of this.#pairs) {
      const [from, to] = way === "there" ? [near, far] : [far, near]
      from.unpipe(to).pause()
    }
  }

  /** Both ends of all connections that there are. */
  cut(): void {
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.destroy()
  }

  release(): void {
    const way = this.#held
    this.#held = undefined
    for (const { near, far } of this.#pairs) {
      if (way === "there") near.pipe(far)
      else if (way === "back") far.pipe(near)
    }
  }

  #join(near: Socket): void {
    const far = connectTcp(this.target, "127.0.0.1")
    const pair = { near, far }
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on("error", end).on("close", end)
    if (this.#held === "there") near.pause()
    else near.pipe(far)
    if (this.#held === "back") far.pause()
    else far.pipe(near)
  }

  async [Symbol.asyncDispose]() {
    this.#server.close()
    this.cut()
  }
}

/** A slow link: what the server sends arrives at this rate, and no more than a little of it waits on the way. */
export class SlowLink implements AsyncDisposable {
  readonly url: string
  readonly #server: Server

  private constructor(server: Server, port: number) {
    this.#server = server
    this.url = `http://127.0.0.1:${port}`
  }

  static async to(url: string, bytesPerSecond: number): Promise<SlowLink> {
    const { hostname, port } = new URL(url)
    // One link, however many connections share it.
    let freeAtMs = 0
    const server = createServer((near) => {
      const far = connectTcp(Number(port), hostname)
      near.pipe(far)
      far.on("data", (chunk) => {
        const nowMs = performance.now()
        freeAtMs = Math.max(freeAtMs, nowMs) + (chunk.length / bytesPerSecond) * 1_000
        far.pause()
        setTimeout(() => {
          near.write(chunk)
          far.resume()
        }, freeAtMs - nowMs)
      })
      near.on("error", () => far.destroy())
      near.on("close", () => far.destroy())
      far.on("error", () => near.destroy())
      // What is still on the way arrives first.
      far.on("close", () => setTimeout(() => near.end(), Math.max(0, freeAtMs - performance.now())))
    })
    return new SlowLink(server, await listening(server))
  }

  async [Symbol.asyncDispose]() {
    this.#server.close()
  }
}

/** The port. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}
