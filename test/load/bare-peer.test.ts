/** The bench's limit must answer as Warren does, or it would be the limit of something else. */
import { expect, test } from "bun:test"
import { join } from "node:path"
import * as v from "valibot"
import { clientEvents, type ServerEvent, serverEvents } from "../../src/contract/events.ts"
import { connect } from "../support/client.ts"
import { startProcess } from "../support/process.ts"

const command = [process.execPath, join(import.meta.dir, "../../bench/peers/bare.ts")]

test("the bare peer's answers and events are those of the contract, to the official client", async () => {
  await using peer = await startProcess({}, { command })
  await using ann = await connect(peer.url)
  await using bob = await connect(peer.url)

  const created = await ann.ask("create_room", { name: "General", userId: "ann" })
  const room = v.parse(clientEvents.create_room.answer, created).room
  const there = { roomId: room.id }
  for (const [client, userId] of [[ann, "ann"] as const, [bob, "bob"] as const]) {
    const answer = await client.ask("join_room", { ...there, userId, username: userId })
    v.parse(clientEvents.join_room.answer, answer)
  }
  await bob.ask("typing", { ...there, userId: "bob", isTyping: true })
  const sent = await bob.ask("send_message", { ...there, userId: "bob", content: "hello" })
  expect(v.parse(clientEvents.send_message.answer, sent).message).toMatchObject({ seq: 1, content: "hello" })
  await bob.ask("leave_room", { ...there, userId: "bob" })

  const expected: ServerEvent[] = [
    "room_created",
    "history",
    "user_joined",
    "user_typing",
    "message_received",
    "user_left",
  ]
  await ann.until(() => ann.heard.length >= expected.length)
  expect(ann.heard.map(({ event }) => event)).toEqual(expected)
  expect(bob.heard.map(({ event }) => event)).toEqual(["history", "message_received"])
  for (const { event, args } of [...ann.heard, ...bob.heard]) v.parse(serverEvents[event].args, [...args])
})
