/** What stands between two programs of a test: a slow link, and one that can be cut one way or led elsewhere. */
import { connect as connectTcp, createServer, type Server, type Socket } from "node:net"
import { Transform } from "node:stream"

interface Pair {
  readonly near: Socket
  readonly far: Socket
  /** What is on its way, in each direction. */
  readonly there: Way
  readonly back: Way
}

/** What goes in comes out later, in its order. */
class Way extends Transform {
  readonly #takesMs: () => number
  readonly #waiting: Buffer[] = []
  #dueMs = 0

  constructor(takesMs: () => number) {
    super()
    this.#takesMs = takesMs
  }

  override _transform(chunk: Buffer, _encoding: string, taken: () => void): void {
    const leftMs = this.#arrivesInMs(this.#takesMs())
    if (leftMs === 0 && this.#waiting.length === 0) this.push(chunk)
    else {
      this.#waiting.push(chunk)
      setTimeout(() => this.push(this.#waiting.shift()), leftMs)
    }
    taken()
  }

  override _flush(done: () => void): void {
    setTimeout(done, this.#arrivesInMs(0))
  }

  #arrivesInMs(takesMs: number): number {
    const nowMs = performance.now()
    this.#dueMs = Math.max(this.#dueMs, nowMs + takesMs)
    return this.#dueMs - nowMs
  }
}

/** What is held goes on from where it was when it is released, as TCP does after a partition. */
export class Relay implements AsyncDisposable {
  readonly port: number
  /** Where new connections lead. */
  target: number
  /** How long everything takes from now on, each way: up to so much more, and nothing overtakes. */
  distance = { ms: 0, jitterMs: 0 }
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
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
    for (const { near, far, there, back } of this.#pairs) {
      if (way === "there") near.unpipe(there).pause()
      else far.unpipe(back).pause()
    }
  }

  /** Both ends of all connections that there are. */
  cut(): void {
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.destroy()
  }

  release(): void {
    const way = this.#held
    this.#held = undefined
    for (const { near, far, there, back } of this.#pairs) {
      if (way === "there") near.pipe(there)
      else if (way === "back") far.pipe(back)
    }
  }

  #join(near: Socket): void {
    const far = connectTcp(this.target, "127.0.0.1")
    const [there, back] = [this.#way(), this.#way()]
    there.pipe(far)
    back.pipe(near)
    const pair = { near, far, there, back }
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on("error", end).on("close", end)
    if (this.#held === "there") near.pause()
    else near.pipe(there)
    if (this.#held === "back") far.pause()
    else far.pipe(back)
  }

  #way(): Way {
    return new Way(() => this.distance.ms + Math.random() * this.distance.jitterMs)
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
