import { expect, test } from "bun:test"
import type { Command } from "../../src/chat/rules/rules.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { connect, createRoom, joined } from "../support/client.ts"
import { serve } from "../support/serve.ts"

test("what reads is not done for who is gone; what was sent before is", async () => {
  const { store, commands, hold, goOn } = holding()
  await using server = serve(store)
  const room = await createRoom(server.url)
  await using ann = await joined(server.url, room, "ann")
  await using bob = await joined(server.url, room, "bob")
  hold()
  const roomId = room.id
  bob.socket.emit("send_message", { roomId, userId: "bob", content: "first" })
  bob.socket.emit("sync", { roomId, since: 0 })
  bob.socket.emit("get_history", { roomId })
  bob.socket.emit("list_rooms", { query: "x" })
  bob.socket.emit("get_members", { roomId })
  bob.socket.emit("send_message", { roomId, userId: "bob", content: "last" })
  await commands.until((kinds) => kinds.includes("send"))
  bob.socket.disconnect()
  while (server.connections() > 1) await ann.ask("typing", { roomId, userId: "ann", isTyping: false })
  goOn()
  await ann.until(() => ann.payloads("user_left").length === 1)

  expect(commands.kinds.slice(commands.kinds.indexOf("send"))).toEqual(["send", "send"])
  expect(ann.payloads("message_received").map(({ content }) => content)).toEqual(["first", "last"])
  await store.close()
})

test("who is still here is answered all of it, in order", async () => {
  const { store, commands } = holding()
  await using server = serve(store)
  const room = await createRoom(server.url)
  await using bob = await joined(server.url, room, "bob")
  await using ann = await connect(server.url)
  const answers = await Promise.all([
    bob.ask("sync", { roomId: room.id, since: 0 }),
    bob.ask("get_history", { roomId: room.id }),
    bob.ask("list_rooms", {}),
    bob.ask("get_members", { roomId: room.id }),
  ])
  expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true])
  expect(commands.kinds.slice(-3)).toEqual(["pageSince", "pageBefore", "listRooms"])
  expect(ann.heard).toEqual([])
  await store.close()
})

/** A store that notes what it is asked, and keeps it waiting while it is told to. */
function holding() {
  const memory = new MemoryStore({ pendingMax: 100, onFailure: console.error })
  const kinds: Command["kind"][] = []
  const checks = new Set<() => void>()
  let held: (() => void)[] | undefined
  const submit: ChatStore["submit"] = (command, settle) => {
    kinds.push(command.kind)
    for (const check of checks) check()
    if (held === undefined) memory.submit(command, settle)
    else held.push(() => memory.submit(command, settle))
  }
  const until = (holds: (kinds: readonly Command["kind"][]) => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (holds(kinds)) resolve()
      }
      checks.add(check)
      check()
    })
  const store: ChatStore = { submit, counts: () => memory.counts(), close: () => memory.close() }
  const goOn = () => {
    const waiting = held ?? []
    held = undefined
    for (const submitHeld of waiting) submitHeld()
  }
  return { store, commands: { kinds, until }, hold: () => (held ??= []), goOn }
}
