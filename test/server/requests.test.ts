import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect, createRoom, everyTransport, joined } from "../support/client.ts"

let app: TestApp
beforeAll(async () => {
  // What happens is asked here, not how often it may.
  app = await startTestApp({ rateLimits: "off" })
})
afterAll(() => app[Symbol.asyncDispose]())

const nowhere = "00000000-0000-4000-8000-000000000000"
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe("rooms", () => {
  test("[ROOM1] create_room tells its socket, answers with the room, and joins nobody", async () => {
    await using client = await connect(app.url)
    const answer = await client.ask("create_room", { name: "General", userId: "ann" })

    expect(answer).toEqual({
      ok: true,
      room: {
        id: expect.any(String),
        name: "General",
        topic: "",
        visibility: "unlisted",
        createdAt: expect.stringMatching(iso),
      },
    })
    if (!answer.ok) throw new Error("refused")
    expect(client.heard).toEqual([{ event: "room_created", args: [answer.room] }])
    const send = await client.ask("send_message", { roomId: answer.room.id, userId: "ann", content: "hi" })
    expect(send).toMatchObject({ ok: false, error: { code: "ERR_NOT_IN_ROOM" } })
    // Version 4: random, so that an id cannot be guessed from another.
    expect(answer.room.id[14]).toBe("4")
  })

  test("[JOIN1] join_room brings history, tells the others, and answers with who is here", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    await using bob = await connect(app.url)
    const profile = { username: "Bob", avatar: "https://a.example/bob.png" }
    const answer = await bob.ask("join_room", { roomId: room.id.toUpperCase(), userId: "bob", ...profile })

    expect(answer).toEqual({
      ok: true,
      roomId: room.id,
      room,
      rev: 0,
      epoch: expect.any(String),
      hasMore: false,
      members: [
        { userId: "bob", ...profile },
        { userId: "ann", username: "User ann", avatar: null },
      ],
      memberCount: 2,
    })
    expect(bob.heard).toEqual([
      { event: "history", args: [[], { roomId: room.id, rev: 0, epoch: expect.any(String), hasMore: false }] },
    ])
    await ann.until(() => ann.heard.length === 2)
    expect(ann.heard[1]).toEqual({ event: "user_joined", args: [{ roomId: room.id, userId: "bob", ...profile }] })
  })

  test("[JOIN2] joining a room that does not exist is refused", async () => {
    await using client = await connect(app.url)
    const answer = await client.ask("join_room", { roomId: nowhere, userId: "ann", username: "Ann" })
    expect(answer).toMatchObject({
      ok: false,
      error: { code: "ERR_ROOM_NOT_FOUND", event: "join_room", roomId: nowhere },
    })
  })

  test("[JOIN3] joining again brings history again and tells nobody; a socket may be in many rooms", async () => {
    const [one, two] = [await createRoom(app.url), await createRoom(app.url)]
    await using ann = await joined(app.url, one, "ann")
    await using bob = await joined(app.url, one, "bob")
    await bob.ask("join_room", { roomId: two.id, userId: "bob", username: "Bob" })
    await bob.ask("join_room", { roomId: one.id, userId: "bob", username: "Bob" })

    expect(bob.heard.map(({ event }) => event)).toEqual(["history", "history", "history"])
    await ann.ask("send_message", { roomId: one.id, userId: "ann", content: "after" })
    expect(ann.payloads("user_joined")).toHaveLength(1)
  })

  test("[JOIN4] a second tab is silent, and so is its end; the first tab is one of the others", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    const tabs = [await joined(app.url, room, "bob"), await joined(app.url, room, "bob")]
    await tabs[0]?.ask("typing", { roomId: room.id, userId: "bob", isTyping: true })
    await tabs[1]?.until(() => tabs[1]!.payloads("user_typing").length === 1)

    await tabs[0]?.ask("leave_room", { roomId: room.id, userId: "bob" })
    await tabs[1]?.ask("leave_room", { roomId: room.id, userId: "bob" })
    await ann.until(() => ann.payloads("user_left").length === 1)
    expect(ann.heard.map(({ event }) => event)).toEqual([
      "history",
      "user_joined",
      "user_typing",
      "user_typing",
      "user_left",
    ])
    for (const tab of tabs) await tab[Symbol.asyncDispose]()
  })

  test("[JOIN5] acting under another id is forbidden", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    const requests = [
      ["send_message", { content: "hi" }],
      ["typing", { isTyping: true }],
      ["leave_room", {}],
    ] as const
    for (const [event, rest] of requests) {
      const answer = await ann.ask(event, { roomId: room.id, userId: "bob", ...rest })
      expect(answer, event).toMatchObject({ ok: false, error: { code: "ERR_FORBIDDEN", event, roomId: room.id } })
    }
  })

  test("[JOIN5] joining again under another id is leaving and joining", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    await using bob = await joined(app.url, room, "bob")
    const answer = await bob.ask("join_room", { roomId: room.id, userId: "eve", username: "Eve" })

    expect(answer).toMatchObject({ ok: true, memberCount: 2 })
    await ann.until(() => ann.heard.length === 4)
    expect(ann.heard.slice(2).map(({ event, args }) => [event, args[0].userId])).toEqual([
      ["user_left", "bob"],
      ["user_joined", "eve"],
    ])
    expect(bob.payloads("user_left")).toEqual([])
  })

  test("[LEAVE1] leaving tells the others; leaving a room one is not in is no error", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    await using bob = await joined(app.url, room, "bob")
    const leave = { roomId: room.id, userId: "bob" }

    expect(await bob.ask("leave_room", leave)).toEqual({ ok: true })
    expect(await bob.ask("leave_room", leave)).toEqual({ ok: true })
    expect(await bob.ask("leave_room", { roomId: nowhere, userId: "bob" })).toEqual({ ok: true })
    await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "gone?" })
    expect(ann.payloads("user_left")).toEqual([{ roomId: room.id, userId: "bob", reason: "leave" }])
    expect(bob.heard.map(({ event }) => event)).toEqual(["history"])
  })

  test("[LEAVE2] a lost connection leaves every room and ends typing", async () => {
    const rooms = [await createRoom(app.url), await createRoom(app.url)]
    const bob = await connect(app.url)
    await using ann = await connect(app.url)
    for (const client of [ann, bob]) {
      const userId = client === ann ? "ann" : "bob"
      for (const { id } of rooms) await client.ask("join_room", { roomId: id, userId, username: userId })
    }
    await bob.ask("typing", { roomId: rooms[0]!.id, userId: "bob", isTyping: true })
    bob.socket.io.engine.close()

    await ann.until(() => ann.payloads("user_left").length === 2)
    bob.socket.disconnect()
    expect(ann.payloads("user_left")).toEqual(
      rooms.map(({ id }) => ({ roomId: id, userId: "bob", reason: "disconnect" })),
    )
    expect(ann.payloads("user_typing").map(({ isTyping }) => isTyping)).toEqual([true, false])
  })

  test("[CONN2] who is in no room hears of nothing", async () => {
    const room = await createRoom(app.url)
    await using bystander = await connect(app.url)
    await using ann = await joined(app.url, room, "ann")
    await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "hi" })
    await bystander.ask("leave_room", { roomId: room.id, userId: "ann" })
    expect(bystander.heard).toEqual([])
  })
})

describe("messages", () => {
  test("[SEND1] [MSG1] a message reaches everybody in the room, the sender included, as it is answered", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    await using bob = await joined(app.url, room, "bob", ["polling"])
    const id = crypto.randomUUID().toUpperCase()
    const answer = await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "  Hi 👋\n", id })

    if (!answer.ok) throw new Error("refused")
    expect(answer.message).toEqual({
      id: id.toLowerCase(),
      roomId: room.id,
      seq: 1,
      rev: 1,
      type: "text",
      content: "  Hi 👋\n",
      userId: "ann",
      user: { username: "User ann", avatar: null },
      createdAt: expect.stringMatching(iso),
    })
    expect(await ann.messages(1)).toEqual([answer.message])
    expect(await bob.messages(1)).toEqual([answer.message])
  })

  test("[VAL2] an image is a message whose content is its URL", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    const image = { roomId: room.id, userId: "ann", type: "image" }
    expect(await ann.ask("send_message", { ...image, content: "https://a.example/cat.png" })).toMatchObject({
      ok: true,
      message: { type: "image", content: "https://a.example/cat.png" },
    })
    for (const content of ["a cat", "ftp://a.example/cat.png", "javascript:alert(1)"]) {
      const answer = await ann.ask("send_message", { ...image, content })
      expect(answer).toMatchObject({ ok: false, error: { code: "ERR_VALIDATION", field: "content" } })
    }
    const answer = await ann.ask("send_message", { ...image, type: "video", content: "https://a.example/" })
    expect(answer).toMatchObject({ ok: false, error: { code: "ERR_VALIDATION", field: "type" } })
  })

  test("[HIST1] [HIST4] history is the latest 50; earlier pages are asked for by seq", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    for (let i = 1; i <= 60; i++) ann.socket.emit("send_message", { roomId: room.id, userId: "ann", content: `${i}` })
    await ann.messages(60)
    await using bob = await joined(app.url, room, "bob")

    const [messages, info] = bob.heard[0]?.args ?? []
    expect(info).toEqual({ roomId: room.id, rev: 60, epoch: expect.any(String), hasMore: true })
    expect(messages.map(({ content }: { content: string }) => Number(content))).toEqual(range(11, 60))
    const page = await bob.ask("get_history", { roomId: room.id, before: messages[0].seq, limit: 4 })
    expect(page).toMatchObject({ ok: true, hasMore: true, messages: [7, 8, 9, 10].map((seq) => ({ seq })) })
    const first = await bob.ask("get_history", { roomId: room.id, before: 7 })
    expect(first).toMatchObject({ ok: true, hasMore: false, messages: range(1, 6).map((seq) => ({ seq })) })
  })

  test("[HIST2] [HIST3] join with since, and sync, bring what came after it", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    for (let i = 1; i <= 5; i++) ann.socket.emit("send_message", { roomId: room.id, userId: "ann", content: `${i}` })
    await ann.messages(5)
    await using bob = await connect(app.url)
    const join = { roomId: room.id, userId: "bob", username: "Bob" }

    const epoch = expect.any(String)
    await bob.ask("join_room", { ...join, since: 3 })
    expect(bob.heard[0]?.args[1]).toEqual({ roomId: room.id, since: 3, rev: 5, epoch, hasMore: false })
    expect(bob.heard[0]?.args[0].map(({ seq }: { seq: number }) => seq)).toEqual([4, 5])
    await bob.ask("join_room", { ...join, since: 6 })
    expect(bob.heard[1]?.args[1]).toEqual({ roomId: room.id, since: 6, rev: 5, epoch, hasMore: false, reset: true })
    expect(bob.heard[1]?.args[0]).toHaveLength(5)

    const page = await bob.ask("sync", { roomId: room.id, since: 1, limit: 2 })
    expect(page).toEqual({ ok: true, messages: bob.heard[1]?.args[0].slice(1, 3), rev: 5, epoch, hasMore: true })
    expect(await bob.ask("sync", { roomId: room.id, since: 99 })).toMatchObject({ ok: true, rev: 5, reset: true })
    expect(await bob.ask("sync", { roomId: room.id, since: 5 })).toEqual({
      ok: true,
      messages: [],
      rev: 5,
      epoch,
      hasMore: false,
    })
  })

  test("[HIST3] [HIST4] bounds are checked, never clamped, and both need membership", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    const bad = [
      ["sync", { since: -1 }, "since"],
      ["sync", { since: 1.5 }, "since"],
      ["sync", { since: "1" }, "since"],
      ["sync", {}, "since"],
      ["sync", { since: 0, limit: 0 }, "limit"],
      ["sync", { since: 0, limit: 201 }, "limit"],
      ["get_history", { limit: 201 }, "limit"],
      ["get_history", { before: -1 }, "before"],
    ] as const
    for (const [event, rest, field] of bad) {
      const answer = await ann.ask(event, { roomId: room.id, ...rest })
      expect(answer, `${event} ${JSON.stringify(rest)}`).toMatchObject({
        ok: false,
        error: { code: "ERR_VALIDATION", field },
      })
    }
    for (const event of ["sync", "get_history"] as const) {
      const elsewhere = await createRoom(app.url)
      for (const roomId of [nowhere, elsewhere.id]) {
        const answer = await ann.ask(event, { roomId, since: 0 })
        expect(answer).toMatchObject({ ok: false, error: { code: "ERR_NOT_IN_ROOM", roomId } })
      }
    }
  })

  test("[HIST5] a page of long messages is cut, and the rest can be asked for", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    const content = "😀".repeat(limits.contentLengthMax)
    for (let i = 1; i <= 40; i++) ann.socket.emit("send_message", { roomId: room.id, userId: "ann", content })
    await ann.messages(40)

    let since = 0
    const seen: number[] = []
    for (let hasMore = true; hasMore; ) {
      const page = await ann.ask("sync", { roomId: room.id, since })
      if (!page.ok) throw new Error(page.error.message)
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(limits.pageBytesMax)
      seen.push(...page.messages.map(({ seq }) => seq))
      since = page.messages.at(-1)?.rev ?? page.rev
      hasMore = page.hasMore
    }
    expect(seen).toEqual(range(1, 40))
    await using bob = await joined(app.url, room, "bob")
    const [messages, info] = bob.heard[0]?.args ?? []
    expect([messages.at(-1).seq, info.hasMore, messages.length < 40]).toEqual([40, true, true])
  })
})

describe("typing", () => {
  test("[TYPE1] [TYPE2] typing is told to the others, once a second, and its end only if it was told", async () => {
    let elapsedMs = 0
    await using app = await startTestApp({}, { epochMs: Date.now, elapsedMs: () => elapsedMs })
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    await using bob = await joined(app.url, room, "bob")
    const type = (isTyping: boolean) => bob.ask("typing", { roomId: room.id, userId: "bob", isTyping })

    expect(await type(true)).toEqual({ ok: true })
    elapsedMs = 999
    for (const isTyping of [true, false, true, false]) await type(isTyping)
    elapsedMs = 1_000
    await type(true)
    await bob.ask("send_message", { roomId: room.id, userId: "bob", content: "typed" })
    await ann.messages(1)
    const typing = (isTyping: boolean) => ({ roomId: room.id, userId: "bob", isTyping })
    expect(ann.payloads("user_typing")).toEqual([typing(true), typing(false), typing(true), typing(false)])
    expect(bob.payloads("user_typing")).toEqual([])
  })

  test("[TYPE3] typing ends by silence", async () => {
    let elapsedMs = 0
    await using app = await startTestApp({}, { epochMs: Date.now, elapsedMs: () => elapsedMs })
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    await using bob = await joined(app.url, room, "bob")
    await bob.ask("typing", { roomId: room.id, userId: "bob", isTyping: true })
    await ann.until(() => ann.payloads("user_typing").length === 1)
    elapsedMs = 6_000
    await ann.until(() => ann.payloads("user_typing").length === 2)
    expect(ann.payloads("user_typing")[1]).toEqual({ roomId: room.id, userId: "bob", isTyping: false })
  })
})

describe("errors", () => {
  test("[ACK2] an error goes to the callback if there is one, else it is an event to the offender alone", async () => {
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    await using bob = await joined(app.url, room, "bob")
    const error = {
      code: "ERR_VALIDATION" as const,
      message: "content must not be blank.",
      event: "send_message",
      field: "content",
    }
    const blank = { roomId: room.id, userId: "ann", content: " \u200b " }

    expect(await ann.ask("send_message", blank)).toEqual({ ok: false, error })
    expect(ann.payloads("error")).toEqual([])
    ann.socket.emit("send_message", blank)
    await ann.until(() => ann.payloads("error").length === 1)
    expect(ann.payloads("error")).toEqual([error])
    expect(bob.payloads("error")).toEqual([])
  })

  test("[ERR1] an unknown event is ERR_UNKNOWN_EVENT, whatever it is called", async () => {
    await using client = await connect(app.url)
    for (const event of ["shout", "constructor", "__proto__", "toString", "error", "", "join_room "]) {
      const answer = await client.ask(event as never, {})
      expect(answer as unknown, event).toMatchObject({ ok: false, error: { code: "ERR_UNKNOWN_EVENT", event } })
    }
  })

  test("[ERR3] the first reason is given", async () => {
    const [here, there] = [await createRoom(app.url), await createRoom(app.url)]
    await using ann = await joined(app.url, here, "ann")
    await using bob = await joined(app.url, here, "bob")
    const id = crypto.randomUUID()
    await bob.ask("send_message", { roomId: here.id, userId: "bob", content: "taken", id })
    const codeOf = async (change: object) => {
      const answer = await ann.ask("send_message", { roomId: here.id, userId: "ann", content: "x", id, ...change })
      return answer.ok ? "ok" : answer.error.code
    }

    const large = "x".repeat(limits.requestBytesMax)
    expect(await ann.ask("shout" as never, large as never)).toMatchObject({ error: { code: "ERR_TOO_LARGE" } })
    expect(await ann.ask("shout" as never, "" as never)).toMatchObject({ error: { code: "ERR_UNKNOWN_EVENT" } })
    expect(await codeOf({ roomId: nowhere, userId: "eve", content: large })).toBe("ERR_TOO_LARGE")
    expect(await codeOf({ roomId: nowhere, userId: "eve", content: "" })).toBe("ERR_VALIDATION")
    expect(await codeOf({ roomId: nowhere, userId: "eve" })).toBe("ERR_NOT_IN_ROOM")
    expect(await codeOf({ roomId: there.id, userId: "eve" })).toBe("ERR_NOT_IN_ROOM")
    expect(await codeOf({ userId: "eve" })).toBe("ERR_FORBIDDEN")
    expect(await codeOf({})).toBe("ERR_CONFLICT")
    expect(await codeOf({ id: crypto.randomUUID() })).toBe("ok")
  })

  test("[VAL3] a request above 64 KiB and one with binary data are answered, and the connection lives on", async () => {
    for (const transports of everyTransport) {
      const room = await createRoom(app.url)
      await using ann = await joined(app.url, room, "ann", transports)
      const send = (content: unknown) => ann.ask("send_message", { roomId: room.id, userId: "ann", content })

      expect(await send("x".repeat(limits.requestBytesMax))).toMatchObject({
        ok: false,
        error: { code: "ERR_TOO_LARGE" },
      })
      expect(await send("ü".repeat(limits.requestBytesMax / 2))).toMatchObject({ error: { code: "ERR_TOO_LARGE" } })
      const binary = await send(Buffer.from("binary"))
      expect(binary).toMatchObject({ ok: false, error: { code: "ERR_VALIDATION", event: "send_message" } })
      expect(await send("fine")).toMatchObject({ ok: true, message: { seq: 1 } })
      expect(ann.socket.connected).toBe(true)
    }
  })

  test("[VAL3] a frame above 256 KiB closes its own connection only", async () => {
    const room = await createRoom(app.url)
    await using bob = await joined(app.url, room, "bob")
    for (const transports of [["websocket"], ["polling"]] as const) {
      await using ann = await joined(app.url, room, "ann", transports)
      const closed = new Promise((resolve) => ann.socket.once("disconnect", resolve))
      ann.socket.emit("send_message", { roomId: room.id, userId: "ann", content: "x".repeat(300 * 1024) })
      expect(["transport close", "transport error"]).toContain((await closed) as string)
    }
    expect(await bob.ask("leave_room", { roomId: room.id, userId: "bob" })).toEqual({ ok: true })
  })

  test("[VAL1] a request may come without its payload", async () => {
    await using ann = await connect(app.url)
    // biome-ignore lint/suspicious/noExplicitAny: the types of the test's own client ask for one
    const socket = ann.socket as any
    expect(await socket.emitWithAck("list_rooms")).toMatchObject({ ok: true, rooms: [{ name: "General" }] })
    expect(await socket.emitWithAck("list_rooms", null)).toMatchObject({ ok: true })
    expect(await socket.emitWithAck("leave_room")).toMatchObject({ error: { code: "ERR_VALIDATION", field: "roomId" } })
  })

  test("[CONN1] another namespace is refused with connect_error", async () => {
    const client = connect(`${app.url}/admin`)
    expect(client).rejects.toThrow("Invalid namespace")
    await client.catch(() => {})
  })
})

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}
