import { afterAll, beforeAll, expect, test } from "bun:test"
import { connect as connectTcp } from "node:net"
import type { ChatStore } from "../../src/chat/store.ts"
import { calls } from "../../src/contract/accounts.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"
import { StorageFailures } from "../../src/observe/storage-failures.ts"
import { apiPrefix } from "../../src/server/http/accounts.ts"
import { Readiness } from "../../src/server/http/readiness.ts"
import { type HttpOptions, routesOf } from "../../src/server/http/routes.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { newIncidents } from "../support/incidents.ts"
import { untilClosed } from "../support/raw.ts"

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

test("/healthz says that the process lives, /readyz that the store can write", async () => {
  const answers = await Promise.all(["/healthz", "/readyz"].map((path) => fetch(app.url + path)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([{ status: "alive" }, { status: "ready" }])
})

test("elsewhere there is nothing", async () => {
  for (const path of ["/elsewhere", "/socket.iox", "/socket.io/socket.io.js", "/../etc/passwd"]) {
    const answer = await fetch(app.url + path)
    expect(answer.status, path).toBe(404)
    expect(await answer.json()).toHaveProperty("error")
  }
})

test("[CONN1] Socket.IO is also where its last slash was left out", async () => {
  const answer = await fetch(`${app.url}/socket.io?EIO=4&transport=polling`)
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"sid"')])
})

test("[ERR2] a host is looked at by its letters: what a URL would take long to read is refused first", async () => {
  const marks = "%CC%87".repeat(1_000) + "%CC%A3".repeat(1_000)
  for (const host of [`a${marks}`, "a%CC%87", "a\u0307", `xn--${"a".repeat(8_000)}`, "a".repeat(254), "a, b", "a@b"]) {
    const bytes = Buffer.from(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    expect(await rawRequest(bytes), host.slice(0, 20)).toMatch(/^HTTP\/1\.1 400 /)
  }
  for (const host of ["a.example", "[::1]:3000", "LOCALHOST", "under_score", "a".repeat(253)]) {
    expect(await rawRequest(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
  }
  // The engine parses the URL again, and the gate reads the origin.
  const origin = `http://a${marks}`
  const answer = await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`, { headers: { Origin: origin } })
  expect(answer.status).toBe(403)
})

test("[ERR2] a malformed Host header or path is answered without a stack", async () => {
  for (const [path, host] of [
    ["/healthz", "a b"],
    ["/healthz", "["],
    ["//", "x"],
    ["/socket.io/?EIO=4", "%"],
  ] as const) {
    const answer = await rawRequest(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(answer, `${path} ${host}`).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).not.toMatch(/\bat .*:\d+:\d+|\/src\//)
  }
})

test("[LIM1] who sends many requests before it has an answer is cut off after some, and others are not", async () => {
  const pipelined = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(1_000)
  const statusesOf = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)
  const [flood, other] = await Promise.all([untilClosed(app.url, pipelined("/healthz")), fetch(`${app.url}/readyz`)])
  // Closed with requests unread: the end of the answers may be lost on the way.
  const expected = ["200", "200", "200", "200", "429"]
  expect(statusesOf(flood)).toEqual(expected.slice(0, statusesOf(flood).length))
  expect(other.status).toBe(200)
  expect(app.limited()["pipelined"]).toBe(1)

  // Where an answer takes a turn, Bun closes a connection that has brought the next request by then.
  const slower = statusesOf(await untilClosed(app.url, pipelined("/readyz")))
  expect(slower).toEqual(expected.slice(0, slower.length))
})

test("[LIM1] an address may ask for so much outside its connections, and is closed then; its connections go on", async () => {
  const { clock, pass } = stoppedClock()
  await using app = await startTestApp({}, clock)
  const { atOnce, thenEveryMs } = limits.requestsPerAddressRate
  await using client = await connect(app.url, ["polling"])
  const paths = ["/healthz", "/nothing", "/socket.io/?EIO=4&transport=polling&sid=none", "/socket.io/"]
  const ask = async (index: number) => {
    const init = index % 2 === 0 ? {} : { headers: { Origin: "https://evil.test" } }
    const response = await fetch(app.url + paths[index % paths.length], init)
    await response.arrayBuffer()
    return response
  }
  const granted: number[] = []
  // The handshake was the first.
  for (let i = 1; i < atOnce; i++) granted.push((await ask(i)).status)
  expect(granted).not.toContain(429)
  const { exact, below } = routesOf({ clock } as HttpOptions)
  const all = [...paths, ...exact.keys(), ...below.map(([start]) => `${start}x`), ...Object.keys(calls).map(apiPath)]
  for (const path of all) {
    const { status, headers } = await fetch(app.url + path, { method: "POST" })
    const said = [status, headers.get("connection"), headers.get("retry-after")]
    expect({ path, said }).toEqual({ path, said: [429, "close", "1"] })
  }
  expect((await client.ask("list_rooms", {})).ok).toBe(true)
  pass(thenEveryMs)
  expect((await ask(0)).status).toBe(200)
  expect((await ask(0)).status).toBe(429)
}, 60_000)

function apiPath(call: string): string {
  return apiPrefix + call
}

test("a client that asks to close its connection is told that it will be", async () => {
  const answer = await rawRequest(
    "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
  )
  expect(answer.toLowerCase()).toContain("\r\nconnection: close\r\n")
})

test("readiness is learnt from a write at most once a second, and says what failed", async () => {
  let elapsedMs = 0
  let outcome: ChatError | true = true
  const probes: number[] = []
  const store = {
    submit: (_: unknown, settle: (outcome: ChatError | true) => void) => {
      probes.push(elapsedMs)
      settle(outcome)
    },
  } as unknown as ChatStore
  const clock = { epochMs: () => 0, elapsedMs: () => elapsedMs }
  const failures = new StorageFailures(newIncidents(clock), clock.elapsedMs)
  const readiness = new Readiness(store, failures, clock)

  expect(await readiness.check()).toEqual([])
  outcome = new ChatError("ERR_STORAGE", { cause: Object.assign(new Error("full"), { code: "SQLITE_FULL" }) })
  elapsedMs = 999
  expect(await readiness.check()).toEqual([])
  elapsedMs = 1_000
  expect(await readiness.check()).toEqual(["The store cannot write: SQLITE_FULL."])
  outcome = new ChatError("ERR_BUSY")
  elapsedMs = 2_000
  expect(await readiness.check()).toEqual([outcome.message])
  expect(probes).toEqual([0, 1_000, 2_000])

  // A message that could not be written counts, although a small write would fit.
  outcome = true
  elapsedMs = 5_000
  failures.add(Object.assign(new Error("full"), { code: "SQLITE_FULL" }))
  expect(await readiness.check()).toEqual(["The store cannot write: SQLITE_FULL."])
  elapsedMs = 7_000
  expect(await readiness.check()).toEqual([])
  expect(probes).toEqual([0, 1_000, 2_000, 7_000])
})

/** What the server writes back on a bare connection, until it closes. */
function rawRequest(text: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(app.url)
    let answer = ""
    const connection = connectTcp(Number(port), "127.0.0.1", () => connection.write(text))
    connection.on("data", (chunk) => {
      answer += chunk
      if (answer.includes("\r\n\r\n")) connection.end()
    })
    connection.on("close", () => resolve(answer))
    connection.on("error", reject)
  })
}
