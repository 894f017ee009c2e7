import { describe, expect, test } from "bun:test"
import { Chat } from "../../src/chat/chat.ts"
import { Session } from "../../src/chat/session.ts"
import type { ClientEvent } from "../../src/contract/events.ts"
import { limits } from "../../src/contract/limits.ts"
import { Counters } from "../../src/observe/counters.ts"
import { Incidents } from "../../src/observe/incidents.ts"
import type { AddressKey } from "../../src/server/http/address.ts"
import { Limiter } from "../../src/server/limits/limiter.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { startTestApp } from "../support/app.ts"
import { connect, joined, type TestClient } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"
import { newIncidents } from "../support/incidents.ts"
import { RawPolling, RawSocket } from "../support/raw.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"

async function createRoom(client: TestClient, userId = "founder") {
  const answer = await client.ask("create_room", { name: "General", userId })
  if (!answer.ok) throw new Error(`${answer.error.code}`)
  return answer.room
}

/** Its codes, all asked at once. */
async function askMany(client: TestClient, count: number, event: ClientEvent, payload: object): Promise<unknown[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => client.ask(event, payload)))
  return answers.map((answer) => (answer.ok ? "ok" : [answer.error.code, answer.error.retryAfterMs]))
}

const ok = (count: number) => Array(count).fill("ok")
const limited = (retryAfterMs: number, count = 1) => Array(count).fill(["ERR_RATE_LIMITED", retryAfterMs])

describe("[LIM1] per socket:", () => {
  test("who leaves the namespace and enters again has had what it had", async () => {
    const { clock } = stoppedClock()
    await using app = await startTestApp({}, clock)
    await using socket = new RawSocket(app.url)
    await socket.enter()
    const { atOnce } = limits.otherRate
    for (let id = 0; id < atOnce; id++) socket.send(`42${id}["typing",{}]`)
    expect(await socket.text((text) => text.startsWith(`43${atOnce - 1}[`))).toContain("ERR_VALIDATION")
    socket.send("41")
    const entered = socket.texts.filter((text) => text.startsWith("40")).length
    socket.send("40")
    await socket.text(() => socket.texts.filter((text) => text.startsWith("40")).length > entered)
    socket.send(`42${atOnce}["typing",{}]`)
    expect(await socket.text((text) => text.startsWith(`43${atOnce}[`))).toContain("ERR_RATE_LIMITED")
  })

  const room = { roomId: crypto.randomUUID() as string }
  const me = { userId: "ann", username: "Ann" }
  const cases: [
    what: string,
    event: ClientEvent,
    payload: object,
    limit: keyof typeof limits,
    atOnce: number,
    perSecond: number,
  ][] = [
    ["messages", "send_message", { ...room, ...me, content: "x" }, "messageRate", 20, 5],
    ["joins", "join_room", { ...room, ...me }, "joinRate", 200, 2],
    ["pages by sync", "sync", { ...room, since: 0 }, "pageRate", 100, 10],
    ["pages by get_history", "get_history", room, "pageRate", 100, 10],
    ["pages by list_rooms", "list_rooms", {}, "pageRate", 100, 10],
    ["typing", "typing", { ...room, ...me, isTyping: true }, "otherRate", 60, 20],
    ["leaving", "leave_room", { ...room, ...me }, "otherRate", 60, 20],
    ["what is invalid too", "typing", {}, "otherRate", 60, 20],
    ["events that there are not", "dance" as ClientEvent, {}, "otherRate", 60, 20],
  ]
  for (const [what, event, payload, limit, atOnce, perSecond] of cases) {
    test(`${what}: ${atOnce} at once, then ${perSecond} a second`, async () => {
      const { clock, pass } = stoppedClock()
      await using app = await startTestApp({}, clock)
      await using client = await connect(app.url)
      const wasLimited = async (count: number) =>
        (await askMany(client, count, event, payload)).map(
          (answer) => Array.isArray(answer) && answer[0] === "ERR_RATE_LIMITED",
        )
      const intervalMs = 1_000 / perSecond

      expect(limits[limit]).toEqual({ atOnce, thenEveryMs: intervalMs } as never)
      expect(new Set(await wasLimited(atOnce))).toEqual(new Set([false]))
      expect(await askMany(client, 1, event, payload)).toEqual(limited(intervalMs))
      pass(intervalMs - 1)
      expect(await askMany(client, 1, event, payload)).toEqual(limited(1))
      pass(1)
      expect(await wasLimited(2)).toEqual([false, true])
      pass(1_000)
      expect((await wasLimited(perSecond + 1)).filter((was) => was)).toHaveLength(1)
      expect(app.limited()[limit]).toBe(4)
    })
  }

  test("each kind has its own, each socket its own, and refusals come in their turn", async () => {
    const { clock } = stoppedClock()
    await using app = await startTestApp({}, clock)
    await using first = await connect(app.url)
    const { id: roomId } = await createRoom(first)
    await first.ask("join_room", { roomId, ...me })
    const order: unknown[] = []
    const send = { roomId, userId: "ann", content: "x" }
    await Promise.all([
      ...Array.from({ length: 21 }, (_, i) => first.ask("send_message", send).then(({ ok }) => order.push([i, ok]))),
      first.ask("sync", { roomId, since: 0 }).then(() => order.push("sync")),
    ])
    expect(order).toEqual([...Array.from({ length: 20 }, (_, i) => [i, true]), [20, false], "sync"])

    await using second = await joined(app.url, { id: roomId } as never, "ann")
    expect(await askMany(second, 21, "send_message", send)).toEqual([...ok(20), ...limited(200)])
  })

  test("a socket is in 100 rooms at most; a room it is in can be joined again", async () => {
    const { clock, pass } = stoppedClock()
    await using app = await startTestApp({}, clock)
    await using client = await connect(app.url)
    const rooms: string[] = []
    for (let i = 0; i <= 100; i++) {
      rooms.push((await createRoom(client)).id)
      pass(60_000)
    }
    const join = (roomId: string | undefined) => askMany(client, 1, "join_room", { roomId, ...me })
    for (const roomId of rooms.slice(0, 100)) expect(await join(roomId)).toEqual(ok(1))
    expect(await join(rooms[100])).toEqual(limited(60_000))
    expect(await join(rooms[0])).toEqual(ok(1))
    await client.ask("leave_room", { roomId: rooms[0], userId: "ann" })
    expect(await join(rooms[100])).toEqual(ok(1))
    expect(await join(rooms[0])).toEqual(limited(60_000))
  })
})

describe("[LIM1] per user, where a token says who that is:", () => {
  test("messages count for all sockets together", async () => {
    const { clock } = stoppedClock()
    await using app = await startTestApp({ auth: "token", authSecret }, clock)
    const signIn = async (sub: string) =>
      connect(app.url, ["websocket"], { auth: { token: await tokenOf({ sub, name: sub }) } })
    await using first = await signIn("ann")
    await using second = await signIn("ann")
    await using other = await signIn("ben")
    const { id: roomId } = await createRoom(first, "ann")
    for (const client of [first, second, other]) await client.ask("join_room", { roomId })
    const send = { roomId, content: "x" }
    expect(await askMany(first, 12, "send_message", send)).toEqual(ok(12))
    expect(await askMany(second, 9, "send_message", send)).toEqual([...ok(8), ...limited(200)])
    expect(await askMany(other, 1, "send_message", send)).toEqual(ok(1))
  })

  test("10 new rooms an hour, wherever from; what is invalid is none", async () => {
    const { clock, pass } = stoppedClock()
    await using app = await startTestApp({ auth: "token", authSecret }, clock)
    const signIn = async (sub: string) => connect(app.url, ["websocket"], { auth: { token: await tokenOf({ sub }) } })
    await using first = await signIn("ann")
    await using second = await signIn("ann")
    await using other = await signIn("ben")
    expect(await askMany(first, 1, "create_room", { name: "" })).toEqual([["ERR_VALIDATION", undefined]])
    expect(await askMany(first, 9, "create_room", { name: "x" })).toEqual(ok(9))
    expect(await askMany(second, 2, "create_room", { name: "x" })).toEqual([...ok(1), ...limited(360_000)])
    expect(await askMany(other, 1, "create_room", { name: "x" })).toEqual(ok(1))
    pass(3_600_000)
    expect(await askMany(second, 11, "create_room", { name: "x" })).toEqual([...ok(10), ...limited(360_000)])
  })
})

describe("[LIM1] per address:", () => {
  const from = (address: string) => ({ extraHeaders: { "X-Forwarded-For": address } })
  const handshake = (url: string, address: string) =>
    fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { "X-Forwarded-For": address } })

  test("who is refused takes no seat, and an address that has none left is forgotten", () => {
    const { clock, pass } = stoppedClock()
    const limiter = new Limiter(newIncidents(clock))
    const admitted = (count: number) =>
      Array.from({ length: count }, () => limiter.admit("198.51.100.7", clock.elapsedMs())).filter((ms) => ms === 0)
        .length
    expect(admitted(5_000)).toBe(600)
    pass(60_000)
    expect(admitted(5_000)).toBe(400)
    pass(60_000)
    // Refused for its sockets, it has not used what it may connect anew.
    expect(admitted(5_000)).toBe(0)
    expect(limiter.addresses).toBe(1)
    for (let i = 0; i < 1_000; i++) limiter.release("198.51.100.7")
    expect(limiter.addresses).toBe(0)
    expect(admitted(5_000)).toBe(600)
  })

  test("60 new rooms an hour, whoever it says it is", async () => {
    const { clock, pass } = stoppedClock()
    await using app = await startTestApp({}, clock)
    await using first = await connect(app.url, ["websocket"], from("2001:db8::1"))
    await using second = await connect(app.url, ["websocket"], from("2001:db8::2"))
    await using other = await connect(app.url, ["websocket"], from("198.51.100.8"))
    const room = { name: "x", userId: "ann" }
    expect(await askMany(first, 59, "create_room", room)).toEqual(ok(59))
    expect(await askMany(second, 2, "create_room", room)).toEqual([...ok(1), ...limited(60_000)])
    expect(await askMany(other, 1, "create_room", room)).toEqual(ok(1))
    pass(60_000)
    expect(await askMany(second, 2, "create_room", room)).toEqual([...ok(1), ...limited(60_000)])
    expect(app.limited()).toEqual({ newRoomsPerAddressRate: 2, ERR_RATE_LIMITED: 2 })
  })

  test("2,000 new users at once, then one a minute; joins of known ones, and of rooms that there are not, cost nothing", async () => {
    const { clock, pass } = stoppedClock()
    await using app = await startTestApp({}, clock)
    const address = from("198.51.100.7")
    await using first = await connect(app.url, ["websocket"], address)
    const { id: roomId } = await createRoom(first)
    const join = (client: TestClient, name: string, room = roomId) =>
      askMany(client, 1, "join_room", { roomId: room, userId: name, username: "Somebody" })
    for (let n = 0; n < 10; n++) {
      await using client = await connect(app.url, ["websocket"], address)
      // With each new user one who is known, and one who goes nowhere.
      if (n > 0) for (let i = 0; i < 20; i++) expect(await join(client, "user 0.0")).toEqual(ok(1))
      await join(client, "nobody", crypto.randomUUID())
      const sockets = await Promise.all([1, 2].map(() => connect(app.url, ["websocket"], address)))
      const answers = await Promise.all(
        sockets.flatMap((socket, s) => Array.from({ length: 100 }, (_, i) => join(socket, `user ${n}.${s * 100 + i}`))),
      )
      expect(answers.flat()).toEqual(ok(200))
      for (const { socket } of sockets) socket.disconnect()
    }
    await using last = await connect(app.url, ["websocket"], address)
    expect(await join(last, "one too many")).toEqual(limited(60_000))
    expect(await join(last, "user 0.0")).toEqual(ok(1))
    expect(app.limited()["newUsersPerAddressRate"]).toBe(1)
    await using other = await connect(app.url, ["websocket"], from("198.51.100.8"))
    expect(await join(other, "from another network")).toEqual(ok(1))
    pass(60_000)
    expect([await join(last, "one too many"), await join(last, "another")]).toEqual([ok(1), limited(60_000)])
  }, 120_000)

  test("64 MiB of messages at once, then a KiB each 250 ms, with 256 bytes for each; with tokens as much as one likes", () => {
    const limiter = new Limiter(new Incidents(new Counters(), () => 0))
    const socket = () => limiter.forSocket({}, "198.51.100.7" as AddressKey, undefined)
    for (let n = 0; n < 64; n++) socket().checkMessage(1024 * 1024 - 256, 0)
    const refusal = { code: "ERR_RATE_LIMITED", details: { retryAfterMs: 250 } }
    expect(() => socket().checkMessage(1024 - 256, 0)).toThrow(expect.objectContaining(refusal))
    expect(() => socket().checkMessage(1024 - 256, 249)).toThrow("Too many requests")
    socket().checkMessage(1024 - 256, 250)
    limiter.forSocket({}, "198.51.100.8" as AddressKey, undefined).checkMessage(1, 250)
    for (let n = 0; n < 100; n++)
      limiter.forSocket({}, "198.51.100.7" as AddressKey, "ann").checkMessage(1024 * 1024, 250)
  })

  test("a message counts by its bytes of UTF-8", async () => {
    const store = new MemoryStore({ pendingMax: 10, onFailure: () => {} })
    const chat = new Chat({ store, newRoomId, newMessageId, listsRooms: true, listsUsers: true })
    const session = new Session("session")
    const room = newRoomId()
    session.bind(room, user("ann"))
    const counted: number[] = []
    const place = { waitMs: 0, end: () => {} }
    const checkMessage = (bytes: number) => counted.push(bytes)
    const quota = {
      checkNewRoom: () => {},
      checkRooms: () => {},
      checkMessage,
      placeForUser: () => place,
      placeForDirect: () => place,
    }
    const request = {
      roomId: room,
      userId: user("ann"),
      type: "text",
      content: "é👋",
      id: undefined,
      files: undefined,
      replyTo: undefined,
      mentions: undefined,
      mentionsRoom: undefined,
    } as const
    const asked = { session, request, isAcknowledged: true, at: 0, nowMs: 0, quota }
    await new Promise((resolve) => chat.handle("send_message", asked, resolve))
    expect(counted).toEqual([6])
  })

  test("600 new connections at once, then 10 a second; 429 before the handshake, on both transports", async () => {
    const { clock, pass } = stoppedClock()
    await using app = await startTestApp({}, clock)
    const statuses = await Promise.all(
      Array.from({ length: 600 }, async () => (await handshake(app.url, "198.51.100.7")).status),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    const refused = await handshake(app.url, "198.51.100.7")
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"])
    await using socket = new RawSocket(app.url, { headers: { "X-Forwarded-For": "198.51.100.7" } })
    expect(await socket.response).toStartWith("HTTP/1.1 429 ")
    expect((await handshake(app.url, "198.51.100.8")).status).toBe(200)
    pass(100)
    expect((await handshake(app.url, "198.51.100.7")).status).toBe(200)
    expect((await handshake(app.url, "198.51.100.7")).status).toBe(429)
    expect(app.limited()["connectionsPerAddressRate"]).toBe(3)
  })

  test("1,000 sockets; one that ends makes room for one", async () => {
    const { clock, pass } = stoppedClock()
    await using app = await startTestApp({}, clock)
    const sessions: RawPolling[] = []
    for (let i = 0; i < 1_000; i++) {
      // Of one house, as addresses of IPv6 are.
      sessions.push(await RawPolling.open(app.url, { "X-Forwarded-For": `2001:db8::${i.toString(16)}` }))
      pass(100)
    }
    const refused = await handshake(app.url, "2001:db8::ffff:1")
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"])
    expect((await handshake(app.url, "2001:db8:0:1::1")).status).toBe(200)
    await sessions[0]?.post("1")
    expect((await handshake(app.url, "2001:db8::ffff:1")).status).toBe(200)
    expect((await handshake(app.url, "2001:db8::ffff:1")).status).toBe(429)
  }, 120_000)

  test("a handshake that fails takes no seat for good", async () => {
    const { clock, pass } = stoppedClock()
    await using app = await startTestApp({}, clock)
    const url = `${app.url}/socket.io/?EIO=3&transport=polling`
    for (let i = 0; i < 1_001; i++) {
      expect((await fetch(url)).status).toBe(400)
      pass(100)
    }
    await using client = await connect(app.url)
    expect(client.socket.connected).toBe(true)
  }, 120_000)

  test("an address that is not a trusted proxy's word is that of the peer", async () => {
    const { clock } = stoppedClock()
    await using app = await startTestApp({ trustedProxies: [] }, clock)
    for (let i = 0; i < 600; i++) expect((await handshake(app.url, `198.51.100.${i % 250}`)).status).toBe(200)
    expect((await handshake(app.url, "203.0.113.1")).status).toBe(429)
  }, 120_000)
})

describe("[LIM1] who does not listen", () => {
  test("gets 200 refusals within 10 s, then io server disconnect, which it does not come back from by itself", async () => {
    const { clock } = stoppedClock()
    await using app = await startTestApp({}, clock)
    await using client = await connect(app.url)
    await using other = await connect(app.url)
    const reason = new Promise((resolve) => client.socket.once("disconnect", resolve))
    for (let i = 0; i < 60 + 200 + 50; i++) client.socket.emit("typing", {} as never)
    expect(await reason).toBe("io server disconnect")
    expect(client.payloads("error").filter(({ code }) => code === "ERR_RATE_LIMITED")).toHaveLength(200)
    expect(client.socket.active).toBe(false)
    expect(other.socket.connected).toBe(true)
  })

  test("and what it sent beyond them is not even counted", async () => {
    const { clock } = stoppedClock()
    await using app = await startTestApp({}, clock)
    const session = await RawPolling.open(app.url)
    await session.enter()
    await session.post(
      Array(60 + 300)
        .fill('42["typing",{}]')
        .join("\x1e"),
    )
    expect((await session.poll()).at(-1)).toBe("41")
    expect(app.limited()["ERR_RATE_LIMITED"]).toBe(200)
  })

  test("but 199 are none too many, nor are more over a longer time", async () => {
    const { clock, pass } = stoppedClock()
    await using app = await startTestApp({}, clock)
    await using client = await connect(app.url)
    expect((await askMany(client, 60 + 199, "typing", {})).slice(60)).toEqual(limited(50, 199))
    // The first 199 are just out of the window when the next come, less the tokens that came meanwhile.
    pass(10_001)
    expect((await askMany(client, 60 + 199, "typing", {})).slice(60)).toEqual(limited(50, 199))
    expect(client.socket.connected).toBe(true)
  })
})

test("[LIM1] RATE_LIMITS=off switches all of it off", async () => {
  const { clock } = stoppedClock()
  await using app = await startTestApp({ rateLimits: "off" }, clock)
  await using client = await connect(app.url)
  const { id: roomId } = await createRoom(client)
  await client.ask("join_room", { roomId, userId: "ann", username: "Ann" })
  expect(await askMany(client, 300, "send_message", { roomId, userId: "ann", content: "x" })).toEqual(ok(300))
  expect(await askMany(client, 300, "typing", { roomId, userId: "ann", isTyping: true })).toEqual(ok(300))
  for (let i = 0; i < 101; i++) {
    const room = await createRoom(client)
    expect(await askMany(client, 1, "join_room", { roomId: room.id, userId: "ann", username: "Ann" })).toEqual(ok(1))
  }
  const statuses = await Promise.all(
    Array.from({ length: 1_100 }, async () => (await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`)).status),
  )
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(app.limited()).toEqual({})
}, 120_000)
