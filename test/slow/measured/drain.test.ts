/**
 * SIGTERM with 2,000 sockets under load: it ends at once, with nothing that was
 * acknowledged lost, and everybody comes back by himself when it is started again.
 *
 * Larger: SOCKETS=5000 bun test ./test/slow/measured/drain.test.ts
 */
import { expect, test } from "bun:test"
import { DeliveryCheck } from "../../../src/load/delivery/delivery-check.ts"
import { createRooms, readRooms } from "../../../src/load/rooms.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { startProcess } from "../../support/process.ts"
import { SteadfastClient } from "../../support/steadfast-client.ts"
import { until } from "../../support/until.ts"

const sockets = Number(process.env["SOCKETS"] ?? 2_000)
const socketsPerRoom = 100
const pollingShare = 0.05
/** It should take a second; machines that run tests are busy. */
const stopMsMax = 5_000

test(`[CONN3] [SEND2] [LEAVE2] SIGTERM with ${sockets} sockets under load loses nothing, and all come back by themselves`, async () => {
  using folder = temporaryFolder()
  const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}`, RATE_LIMITS: "off" }
  await using first = await startProcess(environment)
  const rooms = await createRooms(first.url, sockets / socketsPerRoom)
  const check = new DeliveryCheck()
  const clients = Array.from({ length: sockets }, (_, n) => {
    const transports = n < sockets * pollingShare ? (["polling"] as const) : (["websocket"] as const)
    const roomId = rooms[n % rooms.length] ?? ""
    return new SteadfastClient({ url: first.url, roomId, userId: `client ${n}`, check, transports })
  })
  // Who reads the rooms in the end leaves them; nobody else does.
  const left: string[] = []
  for (const { socket } of clients) socket.on("user_left", ({ reason }) => left.push(reason))
  await until("everybody is in", () => clients.every(({ isIn }) => isIn))

  const writers = clients.slice(0, rooms.length)
  const talk = keepWriting(writers)
  await until("messages flow", () => writers.every(({ tally }) => tally.acked >= 5))
  const stoppedMs = performance.now()
  expect(await first.stop("SIGTERM")).toBe(0)
  const stopMs = performance.now() - stoppedMs

  await using second = await startProcess(environment)
  const ackedBefore = writers.map(({ tally }) => tally.acked)
  await until("everybody is back", () => clients.every(({ isIn }) => isIn))
  await until("messages flow again", () => writers.every(({ tally }, n) => tally.acked > (ackedBefore[n] ?? 0)))
  await talk.end()
  const stored = await readRooms(second.url, rooms)
  await until("everybody has heard everything", () =>
    clients.every(({ roomId, rev }) => rev === stored.get(roomId)?.at(-1)?.rev),
  )

  expect(check.verdict(stored).slice(0, 10)).toEqual([])
  const reasons = new Set(clients.flatMap(({ lost }) => lost))
  expect([...reasons].filter((reason) => reason !== "transport close" && reason !== "transport error")).toEqual([])
  expect(left.filter((reason) => reason === "disconnect")).toEqual([])
  expect(stopMs).toBeLessThan(stopMsMax)
  console.log(`SIGTERM with ${sockets} sockets under load: it ended after ${stopMs.toFixed()} ms`)
  for (const client of clients) client[Symbol.dispose]()
}, 300_000)

function keepWriting(writers: readonly SteadfastClient[]) {
  let isOver = false
  const write = async (writer: SteadfastClient) => {
    for (let n = 0; !isOver; n++) await writer.send(`message ${n}`)
  }
  const writing = Promise.all(writers.map(write))
  return {
    end: async () => {
      isOver = true
      await writing
    },
  }
}
