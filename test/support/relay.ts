import { connect as connectTcp, createServer, type Server } from "node:net"

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
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    return new SlowLink(server, typeof address === "object" && address !== null ? address.port : 0)
  }

  async [Symbol.asyncDispose]() {
    this.#server.close()
  }
}
