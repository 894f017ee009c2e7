/** A client that knows only the seed API, in a process of its own: no acknowledgements, no fields that came later. */
import { describe, expect, test } from "bun:test"
import { io } from "socket.io-client"
import { everyTransport } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { startProcess } from "../support/process.ts"

describe("a client that knows only the seed API", () => {
  for (const transports of everyTransport) {
    test(`holds a whole conversation over ${transports.join(", upgraded to ")}`, async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path })
      const jane = seedClient(server.url, transports)
      const john = seedClient(server.url, transports)

      jane.socket.emit("create_room", { name: "General Chat", userId: "jane-uuid" })
      const room = await jane.next("room_created")
      expect(room).toEqual({
        id: expect.any(String),
        name: "General Chat",
        topic: "",
        visibility: "unlisted",
        createdAt: expect.any(String),
      })

      const place = { roomId: room.id, userId: "jane-uuid" }
      jane.socket.emit("join_room", { ...place, username: "JaneDoe", avatar: "https://example.com/avatar.png" })
      // Nothing is awaited between the two.
      jane.socket.emit("send_message", { ...place, content: "Hi there", type: "text" })
      expect(await jane.next("history")).toEqual([])
      const first = await jane.next("message_received")
      expect(first).toMatchObject({
        id: expect.any(String),
        content: "Hi there",
        userId: "jane-uuid",
        user: { username: "JaneDoe", avatar: "https://example.com/avatar.png" },
        createdAt: expect.any(String),
      })

      const johns = { roomId: room.id, userId: "john-uuid" }
      john.socket.emit("join_room", { ...johns, username: "JohnDoe" })
      expect(await john.next("history")).toEqual([first])
      expect(await jane.next("user_joined")).toMatchObject({ userId: "john-uuid", username: "JohnDoe" })

      john.socket.emit("typing", { ...johns, isTyping: true })
      expect(await jane.next("user_typing")).toMatchObject({ userId: "john-uuid", isTyping: true })
      john.socket.emit("send_message", { ...johns, content: "Hello world!" })
      expect(await jane.next("user_typing")).toMatchObject({ userId: "john-uuid", isTyping: false })
      const second = await jane.next("message_received")
      expect(second).toMatchObject({ content: "Hello world!", user: { username: "JohnDoe" } })
      expect(await john.next("message_received")).toEqual(second)

      john.socket.emit("leave_room", johns)
      expect(await jane.next("user_left")).toMatchObject({ userId: "john-uuid" })
      john.socket.emit("send_message", { ...johns, content: "Am I still here?" })
      expect(await john.next("error")).toMatchObject({ code: "ERR_NOT_IN_ROOM", message: expect.any(String) })
      expect(jane.socket.io.engine.transport.name).toBe(transports.at(-1) as string)

      for (const { socket } of [jane, john]) socket.disconnect()
      expect(await server.stop()).toBe(0)
    })
  }
})

/** Each event's first argument, one after another. */
function seedClient(url: string, transports: readonly string[]) {
  const socket = io(url, { transports: [...transports], forceNew: true })
  // biome-ignore lint/suspicious/noExplicitAny: what a client without types reads
  const heard = new Map<string, any[]>()
  let wake = Promise.withResolvers<void>()
  socket.onAny((event, payload) => {
    heard.set(event, [...(heard.get(event) ?? []), payload])
    wake.resolve()
    wake = Promise.withResolvers()
  })
  const next = async (event: string) => {
    while ((heard.get(event) ?? []).length === 0) await wake.promise
    return heard.get(event)?.shift()
  }
  return { socket, next }
}
