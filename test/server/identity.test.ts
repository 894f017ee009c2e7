import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import fc from "fast-check"
import { generateKeyPair } from "jose"
import type { ClientEvent } from "../../src/contract/events.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect, everyTransport, type Room, TestClient, type Transports } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { recordLog } from "../support/log.ts"
import { RawSocket } from "../support/raw.ts"
import { authSecret, type Claims, tokenOf } from "../support/tokens.ts"

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ auth: "token", authSecret, rateLimits: "off" })
})
afterAll(() => app.stop())

const signedIn = async (claims: Claims, transports: Transports = ["websocket"], { url } = app) =>
  connect(url, transports, { auth: { token: await tokenOf(claims) } })

async function createRoom(client: TestClient): Promise<Room> {
  const answer = await client.ask("create_room", { name: "General" })
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.room
}

for (const transports of everyTransport) {
  describe(`over ${transports}`, () => {
    test("[AUTH2] a connection without a valid token is refused with a code", async () => {
      for (const auth of [{}, { token: "x" }, { token: await tokenOf({ sub: "ann", exp: 1 }) }]) {
        const error = await connect(app.url, transports, { auth }).catch((error) => error)
        expect(error.data).toEqual({ code: "ERR_UNAUTHORIZED", message: expect.any(String) })
        expect(error.message).toBe(error.data.message)
      }
    })

    test("[AUTH2] the token says who asks: userId may be left out, and username with a name", async () => {
      await using ann = await signedIn({ sub: "ann", name: "Ann", avatar: "https://a.test/a.png" }, transports)
      await using ben = await signedIn({ sub: "ben" }, transports)
      const room = await createRoom(ann)
      await ann.ask("join_room", { roomId: room.id, username: "Queen", avatar: null })
      const joined = await ben.ask("join_room", { roomId: room.id, username: "Ben", userId: null })
      expect(joined).toMatchObject({
        ok: true,
        members: [
          { userId: "ben", username: "Ben", avatar: null },
          { userId: "ann", username: "Ann", avatar: "https://a.test/a.png" },
        ],
      })
      expect(await ann.ask("send_message", { roomId: room.id, content: "hello" })).toMatchObject({
        ok: true,
        message: { userId: "ann", user: { username: "Ann" } },
      })
      expect(await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "again" })).toMatchObject({
        ok: true,
      })
      expect(await ann.ask("typing", { roomId: room.id, isTyping: true })).toEqual({ ok: true })
      expect(await ann.ask("leave_room", { roomId: room.id })).toEqual({ ok: true })
      expect(await ben.ask("join_room", { roomId: room.id })).toMatchObject({
        ok: false,
        error: { code: "ERR_VALIDATION", field: "username" },
      })
    })

    test("[AUTH2] at expiry the socket is told so, and closed as a lost transport: it is back with a fresh token", async () => {
      const { clock, pass } = stoppedClock()
      await using own = await startTestApp({ auth: "token", authSecret }, clock)
      const exp = Math.floor(clock.epochMs() / 1000) + 60
      let given = 0
      const auth = async (give: (auth: object) => void) => {
        given++
        give({ token: await tokenOf({ sub: "ann", exp: exp + given * 1_000 }) })
      }
      await using client = await connect(own.url, transports, { auth })
      const reasons: string[] = []
      client.socket.on("disconnect", (reason) => reasons.push(reason))
      const back = new Promise((resolve) => client.socket.once("connect", () => resolve(true)))

      pass((exp + 1_000 + 30) * 1000 - clock.epochMs())
      expect(await back).toBe(true)
      expect(client.payloads("error")).toEqual([{ code: "ERR_UNAUTHORIZED", message: "The token has expired." }])
      expect(reasons).toHaveLength(1)
      expect(reasons[0]).toMatch(/^transport (close|error)$/)
      expect(given).toBe(2)
      expect(await client.ask("create_room", { name: "Back" })).toMatchObject({ ok: true })
    })
  })
}

test("[AUTH2] a good token after a refused one is good, on the same connection; and the refused one left nothing", async () => {
  await using socket = new RawSocket(app.url)
  for (const auth of [{ token: "x" }, {}, { token: await tokenOf({ sub: "eve", exp: 1 }) }]) {
    await socket.enter(auth)
    expect(socket.texts.at(-1)).toStartWith('44{"message"')
  }
  socket.send(`40${JSON.stringify({ token: await tokenOf({ sub: "ann", name: "Ann" }) })}`)
  expect(await socket.text((text) => text.startsWith("40"))).toContain("sid")
  socket.send('421["create_room",{"name":"Mine"}]')
  expect(await socket.text((text) => text.startsWith("431"))).toContain('"ok":true')
  socket.send('422["create_room",{"name":"Hers","userId":"eve"}]')
  expect(await socket.text((text) => text.startsWith("432"))).toContain("ERR_FORBIDDEN")
})

test("[AUTH2] acting as another user is ERR_FORBIDDEN, and membership is the earlier reason", async () => {
  await using ann = await signedIn({ sub: "ann", name: "Ann" })
  const room = await createRoom(ann)
  const codeOf = async (event: ClientEvent, payload: object) => {
    const answer = await ann.ask(event, { roomId: room.id, userId: "ben", username: "Ben", ...payload })
    return answer.ok ? "ok" : [answer.error.code, answer.error.field]
  }
  const forbidden = ["ERR_FORBIDDEN", "userId"]
  const outside = ["ERR_NOT_IN_ROOM", undefined]
  expect(await codeOf("create_room", { name: "x" })).toEqual(forbidden)
  expect(await codeOf("join_room", {})).toEqual(forbidden)
  expect(await codeOf("leave_room", {})).toEqual(forbidden)
  expect(await codeOf("send_message", { content: "x" })).toEqual(outside)
  expect(await codeOf("typing", { isTyping: true })).toEqual(outside)
  expect(await codeOf("send_message", { content: "" })).toEqual(["ERR_VALIDATION", "content"])

  expect(await ann.ask("join_room", { roomId: room.id })).toMatchObject({ ok: true })
  for (const [event, payload] of [
    ["send_message", { content: "x" }],
    ["typing", { isTyping: true }],
    ["join_room", {}],
    ["leave_room", {}],
  ] as const)
    expect(await codeOf(event, payload)).toEqual(forbidden)
})

test("[AUTH2] 10,000 requests that claim another userId change nothing", async () => {
  await using mallory = await signedIn({ sub: "mallory", name: "Mallory" })
  await using ann = await signedIn({ sub: "ann", name: "Ann" })
  const room = await createRoom(ann)
  const elsewhere = await createRoom(ann)
  for (const client of [ann, mallory]) await client.ask("join_room", { roomId: room.id })
  const before = await stateOf(ann, room)

  const id = fc.constantFrom(room.id, elsewhere.id, room.id.toUpperCase())
  const other = fc.oneof(
    fc.constantFrom("ann", "Mallory", "mallory ", " mallory", "mallory\u0301", "MALLORY", "mаllory", "founder"),
    fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).filter((text) => text !== "mallory"),
    fc.jsonValue().filter((value) => value !== "mallory" && value !== null),
  )
  const request = fc.oneof(
    fc.record({ event: fc.constant("create_room"), payload: fc.record({ name: fc.constant("Owned"), userId: other }) }),
    fc.record({
      event: fc.constant("join_room"),
      payload: fc.record({ roomId: id, userId: other, username: fc.constant("Owned"), since: fc.nat() }),
    }),
    fc.record({
      event: fc.constant("send_message"),
      payload: fc.record({ roomId: id, userId: other, content: fc.constant("Owned"), id: fc.uuid() }),
    }),
    fc.record({
      event: fc.constant("typing"),
      payload: fc.record({ roomId: id, userId: other, isTyping: fc.boolean() }),
    }),
    fc.record({ event: fc.constant("leave_room"), payload: fc.record({ roomId: id, userId: other }) }),
  )
  ann.heard.length = 0
  const requests = fc.sample(request, { numRuns: 10_000, seed: 4 })
  const allowed = ["ERR_FORBIDDEN", "ERR_VALIDATION", "ERR_NOT_IN_ROOM"]
  const counts: Record<string, number> = {}
  for (let from = 0; from < requests.length; from += 500) {
    const batch = requests.slice(from, from + 500)
    const answers = await Promise.all(batch.map(({ event, payload }) => mallory.ask(event as ClientEvent, payload)))
    for (const answer of answers) {
      const code = answer.ok ? "ok" : answer.error.code
      counts[code] = (counts[code] ?? 0) + 1
    }
  }
  expect(Object.keys(counts).filter((code) => !allowed.includes(code))).toEqual([])
  expect(counts["ERR_FORBIDDEN"]).toBeGreaterThan(3_000)
  expect(await stateOf(ann, room)).toEqual(before)
  expect(ann.heard).toEqual([])
}, 120_000)

test("[AUTH2] a token in the address or a header counts for nothing, and no token is ever logged", async () => {
  using log = recordLog()
  const token = await tokenOf({ sub: "ann" })
  const elsewhere = { query: { token }, extraHeaders: { Authorization: `Bearer ${token}`, Cookie: `token=${token}` } }
  const error = await connect(app.url, ["polling"], elsewhere).catch((error) => error)
  expect(error.data?.code).toBe("ERR_UNAUTHORIZED")
  const tampered = `${token.slice(0, -4)}AAAA`
  await connect(app.url, ["polling"], { auth: { token: tampered } }).catch(() => {})
  expect(log.messages).toHaveLength(2)
  for (const secret of [token, tampered, token.split(".")[2] ?? ""])
    expect(log.records.join("\n")).not.toContain(secret)
})

test("[AUTH2] a client whose token cannot be checked loses its transport, and so comes back by itself", async () => {
  const keys = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("no", { status: 503 }) })
  await using own = await startTestApp({
    auth: "token",
    authJwks: `http://127.0.0.1:${keys.port}/`,
    authIssuer: "i",
    authAudience: "a",
  })
  const { privateKey: key } = await generateKeyPair("ES256")
  const token = await tokenOf({ sub: "ann", iss: "i", aud: "a" }, { alg: "ES256", key })
  await using client = new TestClient(own.url, ["websocket"], { auth: { token } })
  let attempts = 0
  await new Promise<void>((resolve) => client.socket.io.on("reconnect_attempt", () => ++attempts === 3 && resolve()))
  expect(client.socket.active).toBe(true)
  await keys.stop(true)
})

test("[AUTH1] without tokens one that is given says nothing", async () => {
  await using open = await startTestApp()
  await using client = await signedIn({ sub: "ann", name: "Ann" }, ["websocket"], open)
  const answer = await client.ask("create_room", { name: "General" })
  expect(answer).toMatchObject({ ok: false, error: { code: "ERR_VALIDATION", field: "userId" } })
  expect(await client.ask("create_room", { name: "General", userId: "ben" })).toMatchObject({ ok: true })
})

/** All that a request could change here: who is there, and every message. */
async function stateOf(client: TestClient, room: Room) {
  const { rooms } = (await client.ask("list_rooms", { limit: 200 })) as { rooms?: unknown }
  const { messages } = (await client.ask("get_history", { roomId: room.id })) as { messages?: unknown }
  const { members } = (await client.ask("get_members", { roomId: room.id })) as { members?: unknown }
  return { rooms, messages, members }
}
