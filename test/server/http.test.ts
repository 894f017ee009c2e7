import { afterAll, beforeAll, expect, test } from "bun:test"
import { connect as connectTcp } from "node:net"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { StorageFailures } from "../../src/observe/storage-failures.ts"
import { Readiness } from "../../src/server/http/readiness.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { newIncidents } from "../support/incidents.ts"

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
  for (const path of ["/elsewhere", "/socket.io", "/socket.io/socket.io.js", "/../etc/passwd"]) {
    const answer = await fetch(app.url + path)
    expect(answer.status, path).toBe(404)
    expect(await answer.json()).toHaveProperty("error")
  }
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
function rawRequest(text: string): Promise<string> {
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
