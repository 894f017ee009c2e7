import { expect, test } from "bun:test"
import { bare, start } from "../../bench/contenders.ts"
import { Clients } from "../../bench/crowd-process.ts"
import { createRooms } from "../../src/load/rooms.ts"

test("a crowd of several processes joins one room, and each of it hears what is said there", async () => {
  const server = await start(bare)
  const processes = [new Clients(), new Clients()] as const
  try {
    const [roomId = ""] = await createRooms(server.url, 1)
    for (const [n, clients] of processes.entries()) {
      await clients.do({ kind: "connect", urls: [server.url], first: 20 * n, count: 20 })
      await clients.do({ kind: "join", roomId })
    }
    const said = await processes[0].do({ kind: "say", roomId, content: "hello" })
    for (const clients of processes) {
      const heard = await clients.do({ kind: "hear", messages: 1 })
      expect(heard.lost).toBe(0)
      expect(heard.atMs).toBeGreaterThanOrEqual(said.atMs - 1_000)
    }
    await server.stop()
    await expect(processes[1].do({ kind: "hear", messages: 2 })).rejects.toThrow("connections of the crowd were lost")
  } finally {
    for (const clients of processes) clients.stop()
    await server.stop()
  }
})
