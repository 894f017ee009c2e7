/** What stands before several servers: it gives each new connection to the next one that takes it. */
import { connect, createServer, type Server, type Socket } from "node:net"

export class Balancer implements AsyncDisposable {
  readonly url: string
  /** Their URLs; changed as servers come and go. */
  readonly servers: string[]
  readonly #listener: Server
  readonly #open = new Set<Socket>()
  #next = 0

  private constructor(listener: Server, port: number, servers: readonly string[]) {
    this.#listener = listener
    this.url = `http://127.0.0.1:${port}`
    this.servers = [...servers]
  }

  static async to(servers: readonly string[]): Promise<Balancer> {
    const listener = createServer()
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve))
    const address = listener.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const balancer = new Balancer(listener, port, servers)
    listener.on("connection", (near) => balancer.#give(near, balancer.servers.length))
    return balancer
  }

  #give(near: Socket, tries: number): void {
    const url = this.servers[this.#next++ % this.servers.length]
    if (url === undefined || tries === 0) {
      near.destroy()
      return
    }
    const { hostname, port } = new URL(url)
    const far = connect(Number(port), hostname)
    this.#open.add(near)
    far.once("error", () => this.#give(near, tries - 1))
    far.once("connect", () => {
      far.removeAllListeners("error")
      near.pipe(far).pipe(near)
      far.on("error", () => near.destroy())
      far.on("close", () => near.destroy())
    })
    near.on("error", () => far.destroy())
    near.on("close", () => {
      far.destroy()
      this.#open.delete(near)
    })
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close()
    for (const socket of this.#open) socket.destroy()
  }
}
