/** What a bug of ours costs: the request that met it is told ERR_INTERNAL, and nobody else notices. */
import { expect, test } from "bun:test"
import type { ChatStore } from "../../src/chat/store.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { connect, createRoom, joined } from "../support/client.ts"
import { recordLog } from "../support/log.ts"
import { serve } from "../support/serve.ts"

test("[ERR1] [ERR2] an exception that no catalogue knows is ERR_INTERNAL, without its text, and the process goes on", async () => {
  const store = new MemoryStore({ pendingMax: 100, onFailure: () => {} })
  const failing: ChatStore = {
    submit: (command, settle) => {
      if (command.kind === "createRoom" && command.name === "throws") throw new TypeError("at /secret/path.ts:1")
      store.submit(command, settle)
    },
    counts: () => store.counts(),
    close: () => store.close(),
  }
  await using server = serve(failing)
  const room = await createRoom(server.url)
  await using bystander = await joined(server.url, room, "bystander")
  await using ann = await connect(server.url)

  const answer = await ann.ask("create_room", { name: "throws", userId: "ann" })
  using log = recordLog()
  for (let i = 0; i < 50; i++) await ann.ask("create_room", { name: "throws", userId: "ann" })
  // With its cause, and not for each: a client may meet it again and again.
  expect(log.messages.length).toBeWithin(1, 21)
  expect(log.messages[0]).toContain("A request failed unexpectedly: TypeError: at /secret/path.ts:1")
  expect(answer).toEqual({
    ok: false,
    error: { code: "ERR_INTERNAL", message: "Something went wrong on the server.", event: "create_room" },
  })
  expect(await ann.ask("create_room", { name: "works again", userId: "ann" })).toMatchObject({ ok: true })
  expect(bystander.socket.connected).toBe(true)
})

test("[ACK1] [ERR1] so is one that comes only with the store's outcome, and what was asked after it is answered", async () => {
  const store = new MemoryStore({ pendingMax: 100, onFailure: () => {} })
  const failing: ChatStore = {
    submit: (command, settle) => {
      const isMalformed = command.kind === "pageBefore"
      store.submit(command, isMalformed ? () => settle({} as never) : settle)
    },
    counts: () => store.counts(),
    close: () => store.close(),
  }
  await using server = serve(failing)
  const room = await createRoom(server.url)
  await using ann = await joined(server.url, room, "ann")
  const [page, sent] = await Promise.all([
    ann.ask("get_history", { roomId: room.id }),
    ann.ask("send_message", { roomId: room.id, userId: "ann", content: "after it" }),
  ])
  expect(page).toMatchObject({ ok: false, error: { code: "ERR_INTERNAL" } })
  expect(sent).toMatchObject({ ok: true })
})
