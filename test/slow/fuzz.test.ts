/**
 * Hostile input, seeded and made by rule, over both transports: 100,000 frames and 20,000 HTTP requests.
 *
 * Twenty times as much: FUZZ=20 bun test ./test/slow/fuzz.test.ts (SEED=… repeats a run).
 */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { connect as connectTcp } from "node:net"
import type { ErrorCode } from "../../src/contract/errors.ts"
import { type ClientEvent, clientEvents, generalErrors } from "../../src/contract/events.ts"
import { limits } from "../../src/contract/limits.ts"
import { type Joined, startWithAdmin } from "../support/accounts.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect, createRoom, joined } from "../support/client.ts"
import { Hostile, type Known } from "../support/hostile.ts"
import { Ledger } from "../support/ledger.ts"
import { newSeed, seededRandom } from "../support/random.ts"
import { RawPolling, RawSocket } from "../support/raw.ts"
import { until } from "../support/until.ts"

const times = Number(process.env["FUZZ"] ?? 1)
const counts = { wellFormed: 30_000 * times, damaged: 20_000 * times, http: 10_000 * times }
const timeoutMs = 180_000 * times
const seed = newSeed("hostile input")
const separator = "\x1e"

let app: TestApp
let known: Known
let ledger: Ledger
beforeAll(async () => {
  ledger = new Ledger()
  // How often is another question: here each request is to be looked at.
  app = await startTestApp({ rateLimits: "off" })
  const room = await createRoom(app.url)
  known = {
    places: [{ roomId: room.id, id: crypto.randomUUID() }],
    users: ["ann", "ben", crypto.randomUUID()],
    isOpen: true,
  }
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  ledger[Symbol.dispose]()
})

/** What the contract says that a request may be answered. */
const documented = (event: string): ReadonlySet<ErrorCode | "ok"> => {
  const definition = Object.hasOwn(clientEvents, event) ? clientEvents[event as ClientEvent] : undefined
  const own: readonly ErrorCode[] = definition?.errors ?? ["ERR_UNKNOWN_EVENT", "ERR_TOO_LARGE", "ERR_VALIDATION"]
  return new Set(definition === undefined ? own : ["ok" as const, ...own, ...generalErrors])
}

test(
  "[ERR2] [ERR1] every request that is well-formed is answered once, with a documented code",
  async () => {
    const hostile = new Hostile(seededRandom(seed), known)
    const lanes = [
      ...Array.from({ length: 6 }, () => overWebSocket(app.url)),
      ...Array.from({ length: 2 }, () => overPolling(app.url)),
    ]
    const codes = await answersTo(hostile, lanes, counts.wellFormed)
    for (const code of ["ok", "ERR_VALIDATION", "ERR_TOO_LARGE", "ERR_NOT_IN_ROOM", "ERR_UNKNOWN_EVENT"])
      expect(codes[code]).toBeGreaterThan(100)
  },
  timeoutMs,
)

test(
  "[ERR2] [ERR1] so is every request of people with accounts, administrators and others",
  async () => {
    await using team = await startWithAdmin({ rateLimits: "off" })
    const everybody = await Promise.all(["ben", "cleo", "dora", "emil", "fritz"].map((login) => team.join(login)))
    const [second, third, ...others] = everybody as [Joined, Joined, ...Joined[]]
    expect(await team.client.ask("update_user", { targetId: second.userId, role: "admin" })).toMatchObject({ ok: true })
    const made = await team.client.ask("create_room", { name: "Fuzz" })
    if (!made.ok) throw new Error(made.error.message)
    // Nobody who asks is asked about: they would be lowered and closed out.
    const users = others.map(({ userId }) => userId)
    const hostile = new Hostile(seededRandom(seed + 3), {
      places: [{ roomId: made.room.id, id: crypto.randomUUID() }],
      users,
      isOpen: false,
    })
    const lanes = [team.admin, second, third].flatMap(({ token }) => [
      overWebSocket(team.url, { token }),
      overPolling(team.url, { token }),
    ])
    const codes = await answersTo(hostile, lanes, counts.wellFormed / 2, ["sign_out"])
    for (const code of ["ok", "ERR_VALIDATION", "ERR_NOT_IN_ROOM", "ERR_NOT_FOUND", "ERR_FORBIDDEN"])
      expect(codes[code]).toBeGreaterThan(100)
  },
  timeoutMs,
)

/** How often each code was the answer. */
async function answersTo(
  hostile: Hostile,
  lanes: readonly Promise<Lane>[],
  count: number,
  without: readonly string[] = [],
): Promise<Record<string, number>> {
  const codes: Record<string, number> = {}
  await Promise.all(
    lanes.map(async (opening) => {
      await using lane = await opening
      for (let sent = 0; sent < count / lanes.length; ) {
        const requests = Array.from({ length: 100 }, () => hostile.request()).filter(
          ({ event }) => !without.includes(event),
        )
        const answers = await lane.ask(requests.map(({ json }) => json))
        for (const [index, { event }] of requests.entries()) {
          const answer = answers[index] as Parameters<Hostile["learn"]>[0] & {
            ok: boolean
            error?: { code: ErrorCode; message: string }
          }
          const code = answer.ok ? "ok" : (answer.error?.code ?? "none")
          codes[code] = (codes[code] ?? 0) + 1
          if (!documented(event).has(code as ErrorCode))
            throw new Error(`${requests[index]?.json.slice(0, 500)}: ${code}`)
          if (!answer.ok) expect(answer.error?.message).not.toMatch(/\bat .*:\d+|\/src\/|node_modules/)
          hostile.learn(answer)
        }
        sent += requests.length
      }
    }),
  )
  console.log("answers:", codes)
  expect(codes["ERR_INTERNAL"]).toBeUndefined()
  return codes
}

test(
  "[ERR2] packets that are damaged end at most their own connection",
  async () => {
    const hostile = new Hostile(seededRandom(seed + 1), known)
    const perConnection = 20
    const next = { connection: 0 }
    const closed = { yes: 0, no: 0 }
    const room = await createRoom(app.url)
    await using witness = await joined(app.url, room, "witness")
    const work = async () => {
      while (next.connection++ < counts.damaged / perConnection) {
        const packets = Array.from({ length: perConnection }, () => hostile.packet())
        const isOpen = hostile.chance(0.5) ? await throwAtWebSocket(packets, hostile) : await throwAtPolling(packets)
        closed[isOpen ? "no" : "yes"]++
      }
    }
    await Promise.all(Array.from({ length: 16 }, work))
    console.log("connections closed by what they sent:", closed)
    expect(closed.yes).toBeGreaterThan(100)
    expect(closed.no).toBeGreaterThan(10)
    expect(witness.socket.connected).toBe(true)
    expect(
      await witness.ask("send_message", { roomId: room.id, userId: "witness", content: "still here" }),
    ).toMatchObject({ ok: true })
  },
  timeoutMs,
)

test(
  "[ERR2] HTTP requests of all kinds are answered without a stack, or not at all",
  async () => {
    const hostile = new Hostile(seededRandom(seed + 2), known)
    const { hostname, port } = new URL(app.url)
    const statuses: Record<string, number> = {}
    let left = counts.http
    const work = async () => {
      while (left-- > 0) {
        const answer = await exchange(hostname, Number(port), hostile.httpRequest(`${hostname}:${port}`))
        const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? "none"
        statuses[status] = (statuses[status] ?? 0) + 1
        if (status.startsWith("5") && status !== "501" && status !== "505") throw new Error(answer.slice(0, 500))
        if (/\bat .*:\d+:\d+|\/src\/|node_modules/.test(answer)) throw new Error(answer.slice(0, 500))
      }
    }
    await Promise.all(Array.from({ length: 32 }, work))
    console.log("statuses:", statuses)
    expect(statuses["200"]).toBeGreaterThan(100)
    expect(statuses["400"]).toBeGreaterThan(100)
  },
  timeoutMs,
)

test("[ERR2] and afterwards nothing is left of it", async () => {
  // Sessions that were opened and never entered are closed after their time.
  await until("every connection is closed", () => app.connections() === 0, 2 * limits.namespaceTimeoutMs)
  expect(ledger.fatal).toEqual([])
  expect(Object.keys(Object.prototype)).toEqual([])
  expect("polluted" in {}).toBe(false)
  await using client = await connect(app.url)
  expect(await client.ask("list_rooms", {})).toMatchObject({ ok: true })
  client.socket.disconnect()
  await until("the last one is closed", () => app.connections() === 0)
  console.log("timers left:", ledger.timers)
  // The server's tick, and what the runtime and the client of this test keep.
  expect(ledger.timers).toBeLessThan(10)
}, 120_000)

/** A connection that asks, and waits for all answers; closed at the end of its block. */
interface Lane extends AsyncDisposable {
  readonly ask: (requests: readonly string[]) => Promise<readonly unknown[]>
}

async function overWebSocket(url: string, auth?: object): Promise<Lane> {
  const socket = new RawSocket(url)
  await socket.enter(auth)
  socket.stay()
  const ask: Lane["ask"] = async (requests) => {
    socket.texts.length = 0
    for (const [id, json] of requests.entries()) socket.send(`42${id}${json}`)
    await until("all are answered", () => answersIn(socket.texts).length === requests.length)
    return inOrder(answersIn(socket.texts), requests.length)
  }
  return { ask, [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose]() }
}

async function overPolling(url: string, auth?: object): Promise<Lane> {
  const session = await RawPolling.open(url)
  await session.enter(auth)
  const ask: Lane["ask"] = async (requests) => {
    const packets = requests.map((json, id) => `42${id}${json}`)
    const answers: string[] = []
    for (const payload of payloadsOf(packets)) expect((await session.post(payload)).status).toBe(200)
    while (answers.length < requests.length) {
      const received = await session.poll()
      if (received.includes("2")) await session.post("3")
      answers.push(...answersIn(received))
    }
    return inOrder(answers, requests.length)
  }
  // An Engine.IO packet that closes the session.
  return { ask, [Symbol.asyncDispose]: async () => void (await session.post("1")) }
}

/** As few POSTs as their size allows. */
function payloadsOf(packets: readonly string[]): string[] {
  const payloads: string[] = []
  for (const packet of packets) {
    const last = payloads.at(-1)
    const joined = last === undefined ? packet : `${last}${separator}${packet}`
    if (last !== undefined && Buffer.byteLength(joined) <= limits.frameBytesMax) payloads[payloads.length - 1] = joined
    else payloads.push(packet)
  }
  return payloads
}

const answersIn = (texts: readonly string[]) => texts.filter((text) => text.startsWith("43"))

function inOrder(answers: readonly string[], count: number): unknown[] {
  const parsed = answers.map((text) => /^43(?<id>\d+)(?<json>\[.*\])$/s.exec(text)?.groups ?? {})
  expect(parsed.map(({ id }) => Number(id))).toEqual(Array.from({ length: count }, (_, i) => i))
  return parsed.map(({ json = "" }) => JSON.parse(json)[0])
}

/** Whether it stayed open. */
async function throwAtWebSocket(packets: readonly string[], hostile: Hostile): Promise<boolean> {
  await using socket = new RawSocket(app.url)
  if (hostile.chance(0.9)) await socket.enter()
  else await socket.response
  for (const packet of packets) {
    if (hostile.chance(0.05))
      socket.sendFrame(Buffer.from(packet), { opcode: hostile.below(16), isLast: hostile.chance(0.8) })
    else socket.send(packet)
  }
  socket.send('4299["x"]')
  return Promise.race([
    socket.closed.then(() => false),
    socket.text((text) => text.startsWith("4399[")).then(() => true),
  ])
}

async function throwAtPolling(packets: readonly string[]): Promise<boolean> {
  const session = await RawPolling.open(app.url)
  await session.post("40")
  for (const payload of payloadsOf(packets)) await session.post(payload)
  const isOpen = await session.isOpen()
  if (isOpen) await session.post("1")
  return isOpen
}

/** What comes back on a bare connection until it is answered, closed, or has had its time. */
function exchange(host: string, port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ""
    const tcp = connectTcp(port, host, () => tcp.write(request))
    const end = () => tcp.destroy()
    tcp.setTimeout(100, end)
    tcp.on("data", (chunk) => {
      answer += chunk
      if (answer.includes("\r\n\r\n")) end()
    })
    tcp.on("error", end)
    tcp.on("close", () => resolve(answer))
  })
}
