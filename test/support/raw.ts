import { connect, type Socket } from "node:net"

/** Text frames as they come, over a TCP connection that can stop reading and send what no client would. */
export class RawSocket implements AsyncDisposable {
  readonly texts: string[] = []
  readonly closed: Promise<void>
  /** What the server said to the upgrade. */
  readonly response: Promise<string>
  readonly #tcp: Socket
  #received = Buffer.alloc(0)
  #isUpgraded = false
  #stays = false
  #waiting: (() => void)[] = []

  constructor(url: string, { sid, headers = {} }: { sid?: string; headers?: Record<string, string> } = {}) {
    const { hostname, port } = new URL(url)
    const response = Promise.withResolvers<string>()
    this.response = response.promise
    this.#tcp = connect(Number(port), hostname)
    this.closed = new Promise((resolve) => this.#tcp.once("close", () => resolve()))
    this.#tcp.on("error", () => {})
    this.#tcp.on("data", (chunk: Buffer) => this.#receive(chunk, response.resolve))
    const lines = Object.entries({
      Host: `${hostname}:${port}`,
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    const query = `EIO=4&transport=websocket${sid === undefined ? "" : `&sid=${sid}`}`
    this.#tcp.write(`GET /socket.io/?${query} HTTP/1.1\r\n${lines.join("")}\r\n`)
  }

  /** An Engine.IO packet. */
  send(text: string): void {
    this.sendFrame(text)
  }

  /** RFC 6455, 5.2. Opcode 1 is text, 2 binary, 0 goes on with a message, 8 closes, 9 pings. */
  sendFrame(payload: string | Buffer, { opcode = 1, isLast = true } = {}): void {
    this.#tcp.write(frame(typeof payload === "string" ? Buffer.from(payload) : payload, opcode, isLast))
  }

  write(bytes: string | Uint8Array): void {
    this.#tcp.write(bytes)
  }

  /** Answers pings from now on, as a client does that stays. */
  stay(): void {
    this.#stays = true
  }

  /** Reads on, and looks at nothing of it. */
  lookAway(): void {
    this.#tcp.removeAllListeners("data")
    this.#tcp.on("data", () => {})
  }

  /** Reads no more: what the server sends stays in its buffers, once those of the kernel are full. */
  stopReading(): void {
    this.#tcp.pause()
  }

  readOn(): void {
    this.#tcp.resume()
  }

  get bytesUnsent(): number {
    return this.#tcp.writableLength
  }

  /** The first text that fits, once it is there. */
  async text(fits: (text: string) => boolean): Promise<string> {
    for (;;) {
      const found = this.texts.find(fits)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** In the namespace, with the session id of the connection. */
  async enter(auth?: object): Promise<string> {
    const open = await this.text((text) => text.startsWith("0"))
    const isAnswer = (text: string) => text.startsWith("40") || text.startsWith("44")
    const before = this.texts.filter(isAnswer)
    this.send(`40${auth === undefined ? "" : JSON.stringify(auth)}`)
    // Not the answer to an entry before this one.
    await this.text(() => this.texts.filter(isAnswer).length > before.length)
    return JSON.parse(open.slice(1)).sid
  }

  async [Symbol.asyncDispose]() {
    this.#tcp.destroy()
    await this.closed
  }

  #receive(chunk: Buffer, respond: (response: string) => void): void {
    this.#received = Buffer.concat([this.#received, chunk])
    if (!this.#isUpgraded) {
      const end = this.#received.indexOf("\r\n\r\n")
      if (end === -1) return
      this.#isUpgraded = true
      respond(this.#received.toString("latin1", 0, end))
      this.#received = this.#received.subarray(end + 4)
    }
    for (let next = unframe(this.#received); next !== undefined; next = unframe(this.#received)) {
      this.#received = this.#received.subarray(next.end)
      if (next.opcode === 1) this.#take(next.payload.toString())
    }
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #take(text: string): void {
    if (this.#stays && text === "2") this.send("3")
    else this.texts.push(text)
  }
}

/** One text, so many times, as bytes to be written at once. */
export function frames(text: string, count: number, opcode = 1): Buffer {
  return Buffer.concat(Array(count).fill(frame(Buffer.from(text), opcode, true)))
}

function frame(payload: Buffer, opcode: number, isLast: boolean): Buffer {
  const { length } = payload
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const header = Buffer.alloc(2 + extended + 4)
  header[0] = (isLast ? 0x80 : 0) | opcode
  header[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) header.writeUInt16BE(length, 2)
  if (extended === 8) header.writeBigUInt64BE(BigInt(length), 2)
  // A mask of zeros changes nothing, and is as good as any to a server.
  return Buffer.concat([header, payload])
}

/** The first whole frame; a server's are not masked. */
function unframe(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = (bytes[1] ?? 0) & 0x7f
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < start) return undefined
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  const end = start + length
  return bytes.length < end ? undefined : { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(start, end), end }
}

const separator = "\x1e"

/** A session over long polling, one request at a time. */
export class RawPolling {
  readonly sid: string
  readonly #url: string

  readonly #headers: Record<string, string>

  private constructor(url: string, sid: string, headers: Record<string, string>) {
    this.#url = `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`
    this.#headers = headers
    this.sid = sid
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<RawPolling> {
    const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers })
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
    return new RawPolling(url, JSON.parse((await response.text()).slice(1)).sid, headers)
  }

  post(body: string | Uint8Array, init: object = {}): Promise<Response> {
    return fetch(this.#url, { method: "POST", body, headers: this.#headers, ...init })
  }

  /** The packets that wait, or the next that come. */
  async poll(): Promise<string[]> {
    const response = await fetch(this.#url, { headers: this.#headers })
    if (response.status !== 200) throw new Error(`${response.status}`)
    return (await response.text()).split(separator)
  }

  /** Polls until one of the packets fits. */
  async packet(fits: (packet: string) => boolean): Promise<string> {
    for (;;) {
      const found = (await this.poll()).find(fits)
      if (found !== undefined) return found
    }
  }

  async enter(auth?: object): Promise<void> {
    await this.post(`40${auth === undefined ? "" : JSON.stringify(auth)}`)
    await this.packet((packet) => packet.startsWith("40") || packet.startsWith("44"))
  }

  /** Whether the server still knows it. */
  async isOpen(): Promise<boolean> {
    return (await this.post("3")).status === 200
  }
}

/** All that a server writes back to these bytes on a connection of their own, until it closes that. */
export function untilClosed(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    let answer = ""
    const connection = connect(Number(port), hostname, () => connection.write(bytes))
    connection.on("data", (chunk) => {
      answer += chunk
    })
    connection.on("error", () => {})
    connection.on("close", () => resolve(answer))
  })
}
