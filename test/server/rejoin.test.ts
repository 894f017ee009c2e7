import { expect, test } from "bun:test"
import { io } from "socket.io-client"
import { limits } from "../../src/contract/limits.ts"
import { startTestApp } from "../support/app.ts"
import { type ClientAnswer, connect, createRoom, joined, TestClient } from "../support/client.ts"

const ann = { userId: "ann", username: "Ann" }

test("[JOIN7] rooms of the handshake are joined before any packet, in their order, as if acknowledged", async () => {
  await using app = await startTestApp()
  const [one, two] = [await createRoom(app.url), await createRoom(app.url)]
  await using bob = await joined(app.url, one, "bob")
  const rooms = [
    { roomId: two.id, ...ann },
    { roomId: one.id, ...ann, since: 0 },
  ]
  // Emitted before it is connected: a stock client sends it as its first packet.
  await using back = new TestClient(app.url, ["websocket"], { auth: { rooms } })
  back.socket.emit("send_message", { roomId: one.id, userId: "ann", content: "written offline" })

  await back.messages(1)
  const heard = back.heard.map(({ event, args }) => [event, args[0].roomId ?? args[1]?.roomId])
  expect(heard).toEqual([
    ["history", two.id],
    ["history", one.id],
    ["message_received", one.id],
  ])
  await bob.messages(1)
  expect(bob.heard.map(({ event }) => event)).toEqual(["history", "user_joined", "message_received"])
})

test("[JOIN7] what cannot be joined comes as an error, and keeps nobody from the others", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const rooms = [{ roomId: crypto.randomUUID(), ...ann }, { roomId: "x", ...ann }, 7, { roomId: room.id, ...ann }]
  await using back = await connect(app.url, ["websocket"], { auth: { rooms } })

  await back.until(() => back.heard.length === 4)
  expect(back.heard.map(({ event, args }) => [event, args[0].code, args[0].event])).toEqual([
    ["error", "ERR_ROOM_NOT_FOUND", "join_room"],
    ["error", "ERR_VALIDATION", "join_room"],
    ["error", "ERR_VALIDATION", "join_room"],
    ["history", undefined, undefined],
  ])
})

test.each([
  ["a text", "rooms"],
  ["too many", Array(limits.handshakeRoomsMax + 1).fill({})],
])("[JOIN7] %s is refused as a whole, and the connection stays", async (_, rooms) => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using back = await connect(app.url, ["websocket"], { auth: { rooms } })

  await back.until(() => back.heard.length === 1)
  expect(back.heard[0]).toMatchObject({ event: "error", args: [{ code: "ERR_VALIDATION", field: "auth.rooms" }] })
  expect(await back.ask("join_room", { roomId: room.id, ...ann })).toMatchObject({ ok: true })
})

test("[JOIN7] [SEND3] a stock client with retries and callbacks loses nothing over a reconnection, or written offline", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using bob = await joined(app.url, room, "bob")
  const options = {
    retries: 3,
    ackTimeout: 5_000,
    auth: (give: (auth: object) => void) => give({ rooms: [{ roomId: room.id, ...ann }] }),
  }
  const socket = io(app.url, { transports: ["websocket"], forceNew: true, reconnectionDelay: 20, ...options })
  const refusals: string[] = []
  /** Until it is stored: a refusal comes to the callback, and says when to come again. */
  const say = (content: string, id: string = crypto.randomUUID()) =>
    new Promise<void>((resolve) => {
      const request = { roomId: room.id, userId: "ann", content, id }
      socket.emit("send_message", request, async (error: Error | null, answer: ClientAnswer<"send_message">) => {
        if (error === null && answer.ok) return resolve()
        if (error === null && !answer.ok) refusals.push(answer.error.code)
        const retryAfterMs = error === null && !answer.ok ? answer.error.retryAfterMs : undefined
        setTimeout(() => say(content, id).then(resolve), retryAfterMs ?? 0)
      })
    })
  const sayAll = (name: string) => Promise.all(Array.from({ length: 12 }, (_, i) => say(`${name} ${i}`)))

  await sayAll("before it is connected")
  const isOffline = new Promise((resolve) => socket.once("disconnect", resolve))
  const online = sayAll("as the connection ends")
  socket.io.engine.close()
  await isOffline
  await Promise.all([online, sayAll("offline")])

  await bob.until(() => bob.payloads("message_received").length === 36)
  const contents = bob.payloads("message_received").map(({ content }) => content)
  expect(new Set(contents).size).toBe(36)
  // More than may be sent at once, unless the machine is slow: nothing but that may be in their way.
  expect(refusals.filter((code) => code !== "ERR_RATE_LIMITED")).toEqual([])
  socket.disconnect()
})
