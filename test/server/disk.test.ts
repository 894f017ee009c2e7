/** The disk of the data runs out of space: told in time, and writing stops before it is full. */
import { expect, test } from "bun:test"
import { startApp } from "../../src/app.ts"
import { readConfig } from "../../src/config.ts"
import { limits } from "../../src/contract/limits.ts"
import { connect, createRoom, joined } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { temporaryFolder } from "../support/folder.ts"

const { diskReserveBytes: reserve, diskWarningBytes: warning } = limits

test("[ERR1] below the reserve what writes is refused, what reads is not; it goes on once there is space", async () => {
  await using disk = await startOnDisk(reserve)
  const room = await createRoom(disk.url)
  await using ann = await joined(disk.url, room, "ann")
  const send = async (content: string) => {
    disk.pass()
    const answer = await ann.ask("send_message", { roomId: room.id, userId: "ann", content })
    return answer.ok ? answer.message.seq : answer.error.code
  }
  expect(await send("first")).toBe(1)
  disk.setFree(reserve - 1)
  expect([await send("second"), await disk.readyz()]).toEqual([
    "ERR_STORAGE",
    [
      503,
      { status: "not ready", reasons: ["The store cannot write, as less than 64 MiB of its disk are free: ENOSPC."] },
    ],
  ])
  expect(await ann.ask("sync", { roomId: room.id, since: 0 })).toMatchObject({ ok: true, rev: 1 })
  await using known = await connect(disk.url)
  expect(await known.ask("join_room", { roomId: room.id, userId: "ann", username: "User ann" })).toMatchObject({
    ok: true,
  })
  disk.setFree(reserve)
  expect(await send("third")).toBe(2)
  disk.pass()
  expect((await disk.readyz())[0]).toBe(200)
})

test("[ERR1] /readyz warns before that", async () => {
  await using disk = await startOnDisk(warning)
  expect(await disk.readyz()).toEqual([200, { status: "ready" }])
  disk.setFree(warning - 1)
  const sentence = "511 MiB are free on the disk of the data; below 64 MiB nothing more is written."
  expect(await disk.readyz()).toEqual([200, { status: "ready", warnings: [sentence] }])
})

test("a server starts on a disk that is nearly full, and serves what is there", async () => {
  using folder = temporaryFolder()
  const before = await startOnDisk(reserve, folder.path)
  const room = await createRoom(before.url)
  await using _ = await joined(before.url, room, "ann")
  await before[Symbol.asyncDispose]()
  await using disk = await startOnDisk(0, folder.path)
  await using ann = await connect(disk.url)
  expect(await ann.ask("join_room", { roomId: room.id, userId: "ann", username: "User ann" })).toMatchObject({
    ok: true,
  })
})

async function startOnDisk(bytes: number, dataDir?: string) {
  const folder = temporaryFolder()
  const { clock, pass } = stoppedClock()
  let free = bytes
  const config = { ...readConfig({ port: "0" }, {}), dataDir: dataDir ?? folder.path }
  const { url, stop } = await startApp(config, { clock, freeBytes: () => free })
  return {
    url,
    setFree: (value: number) => {
      free = value
    },
    /** So much that a failure counts no more. */
    pass: () => pass(10_000),
    readyz: async () => {
      const answer = await fetch(`${url}/readyz`)
      return [answer.status, await answer.json()]
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
      folder[Symbol.dispose]()
    },
  }
}
