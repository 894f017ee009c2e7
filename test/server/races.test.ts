/** Rules about order, tested as races against the running server. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect, createRoom, everyTransport, joined, type Message } from "../support/client.ts"

let app: TestApp
beforeAll(async () => {
  // What happens is asked here, not how often it may.
  app = await startTestApp({ rateLimits: "off" })
})
afterAll(() => app[Symbol.asyncDispose]())

for (const transports of everyTransport) {
  test(`[JOIN6] joining over ${transports} while a writer never pauses: no gap, no repetition`, async () => {
    const room = await createRoom(app.url)
    await using writer = await joined(app.url, room, "writer")
    let isWriting = true
    let written = 0
    const write = () => {
      if (!isWriting) return
      written++
      writer.socket.emit("send_message", { roomId: room.id, userId: "writer", content: `${written}` }, write)
    }
    for (let inFlight = 0; inFlight < 4; inFlight++) write()

    const readers = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const reader = await connect(app.url, transports)
        for (let round = 0; round < 5; round++) {
          const request = { roomId: room.id, userId: `reader ${i}` }
          await reader.ask("join_room", { ...request, username: "Reader" })
          if (round < 4 && i % 2 === 0) await reader.ask("leave_room", request)
        }
        return reader
      }),
    )
    await Promise.all(readers.map((reader) => reader.messages(20)))
    isWriting = false
    await writer.messages(written)

    for (const reader of readers) {
      await reader.until(() => lastRevOf(reader.heard) === written)
      expect(revsAfterEachHistory(reader.heard)).toEqual([])
      await reader[Symbol.asyncDispose]()
    }
  })
}

test("[SEND3] twenty concurrent sends of one id are one row and one broadcast", async () => {
  const room = await createRoom(app.url)
  await using watcher = await joined(app.url, room, "watcher")
  const tabs = await Promise.all(Array.from({ length: 4 }, () => joined(app.url, room, "ann")))
  const id = crypto.randomUUID()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      tabs[i % 4]!.ask("send_message", { roomId: room.id, userId: "ann", content: `attempt ${i}`, id }),
    ),
  )
  await tabs[0]!.ask("send_message", { roomId: room.id, userId: "ann", content: "last" })

  const messages = await watcher.messages(2)
  expect(messages.map(({ seq }) => seq)).toEqual([1, 2])
  expect(answers.every((answer) => answer.ok && answer.message.content === messages[0]?.content)).toBe(true)
  expect(answers.filter((answer) => answer.ok && answer.duplicate)).toHaveLength(19)
  for (const tab of tabs) await tab[Symbol.asyncDispose]()
})

test("[SEQ1] [ORD1] five writers: every client sees 1 to n in order, and each writer's own in the order sent", async () => {
  const room = await createRoom(app.url)
  const names = ["ann", "bob", "cem", "dov", "eve"]
  const writers = await Promise.all(names.map((name, i) => joined(app.url, room, name, everyTransport[i % 3])))
  for (let i = 0; i < 40; i++) {
    for (const [w, writer] of writers.entries()) {
      writer.socket.emit("send_message", { roomId: room.id, userId: names[w]!, content: `${i}` })
    }
  }

  for (const writer of writers) {
    const messages = await writer.messages(200)
    expect(messages.map(({ rev }) => rev)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
    for (const name of names) {
      const own = messages.filter(({ userId }) => userId === name).map(({ content }) => Number(content))
      expect(own).toEqual(Array.from({ length: 40 }, (_, i) => i))
    }
    await writer[Symbol.asyncDispose]()
  }
})

test("[ORD1] [ACK1] requests of all kinds, none awaited, are answered in the order sent", async () => {
  const room = await createRoom(app.url)
  await using ann = await connect(app.url)
  const place = { roomId: room.id, userId: "ann" }
  const requests = [
    ["send_message", { ...place, content: "too early" }],
    ["join_room", { ...place, username: "Ann" }],
    ["send_message", { ...place, content: "1" }],
    ["send_message", { ...place, content: "" }],
    ["send_message", { ...place, content: "2" }],
    ["typing", { ...place, isTyping: true }],
    ["sync", { roomId: room.id, since: 0 }],
    ["nonsense", {}],
    ["leave_room", place],
    ["send_message", { ...place, content: "too late" }],
    ["join_room", { ...place, username: "Ann" }],
    ["get_history", { roomId: room.id }],
  ] as const
  const order: string[] = []
  const results = await Promise.all(
    requests.map(async ([event, payload], i) => {
      // biome-ignore lint/suspicious/noExplicitAny: one of them is no event at all
      const answer: any = await ann.ask(event as any, payload)
      order.push(`${i}`)
      return answer.ok ? event : answer.error.code
    }),
  )

  expect(results).toEqual([
    "ERR_NOT_IN_ROOM",
    "join_room",
    "send_message",
    "ERR_VALIDATION",
    "send_message",
    "typing",
    "sync",
    "ERR_UNKNOWN_EVENT",
    "leave_room",
    "ERR_NOT_IN_ROOM",
    "join_room",
    "get_history",
  ])
  expect(order).toEqual(requests.map((_, i) => `${i}`))
})

test("[ACK1] what a request causes at its own socket comes before its answer", async () => {
  for (const transports of everyTransport) {
    await using client = await connect(app.url, transports)
    const seen: string[] = []
    client.socket.onAny((event) => seen.push(event))
    const ask = async (event: "create_room" | "join_room" | "send_message", payload: object) => {
      const answer = await client.ask(event, payload)
      seen.push(`answer to ${event}`)
      if (!answer.ok) throw new Error(answer.error.message)
      return answer
    }
    const created = await ask("create_room", { name: "Order", userId: "ann" })
    const roomId = "room" in created ? created.room.id : ""
    await ask("join_room", { roomId, userId: "ann", username: "Ann" })
    await ask("send_message", { roomId, userId: "ann", content: "hi" })

    expect(seen).toEqual([
      "room_created",
      "answer to create_room",
      "history",
      "answer to join_room",
      "message_received",
      "answer to send_message",
    ])
  }
})

test("[JOIN4] tabs that come and go at once leave one user_joined and one user_left", async () => {
  const room = await createRoom(app.url)
  await using watcher = await joined(app.url, room, "watcher")
  const tabs = await Promise.all(everyTransport.map((transports) => joined(app.url, room, "ann", transports)))
  for (const tab of tabs) tab.socket.disconnect()

  await watcher.until(() => watcher.payloads("user_left").length > 0)
  await watcher.ask("send_message", { roomId: room.id, userId: "watcher", content: "after" })
  expect(watcher.heard.map(({ event }) => event)).toEqual(["history", "user_joined", "user_left", "message_received"])
})

test("what was sent before a connection ended still takes effect", async () => {
  const room = await createRoom(app.url)
  await using watcher = await joined(app.url, room, "watcher")
  const ann = await connect(app.url)
  const place = { roomId: room.id, userId: "ann" }
  ann.socket.emit("join_room", { ...place, username: "Ann" })
  ann.socket.emit("send_message", { ...place, content: "and gone" })
  ann.socket.disconnect()

  await watcher.until(() => watcher.payloads("user_left").length === 1)
  expect(watcher.heard.slice(1).map(({ event }) => event)).toEqual(["user_joined", "message_received", "user_left"])
})

type Heard = { event: string; args: readonly unknown[] }

/** The places where a live message does not follow the one before it, or the history before it. */
function revsAfterEachHistory(heard: readonly Heard[]): string[] {
  const wrong: string[] = []
  let expected: number | undefined
  for (const { event, args } of heard) {
    if (event === "history") expected = (args[1] as { rev: number }).rev + 1
    if (event !== "message_received") continue
    const { rev } = args[0] as Message
    if (rev !== expected) wrong.push(`${rev} instead of ${expected}`)
    expected = rev + 1
  }
  return wrong
}

function lastRevOf(heard: readonly Heard[]): number {
  const last = heard.findLast(({ event }) => event === "message_received" || event === "history")
  if (last === undefined) return 0
  return last.event === "history" ? (last.args[1] as { rev: number }).rev : (last.args[0] as Message).rev
}
