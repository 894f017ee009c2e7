import { expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { startTestApp } from "../support/app.ts"
import { connect, createRoom, joined, TestClient } from "../support/client.ts"

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
