/**
 * How soon a killed server is ready again, with a large file and a log to read.
 *
 * Larger: MESSAGES=10000000 bun test ./test/slow/measured/ready.test.ts
 */
import { expect, test } from "bun:test"
import { join } from "node:path"
import { DeliveryCheck } from "../../../src/load/delivery/delivery-check.ts"
import { createRooms } from "../../../src/load/rooms.ts"
import { databaseName } from "../../../src/store/sqlite/open.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { fillFile } from "../../support/large-file.ts"
import { startProcess } from "../../support/process.ts"
import { SteadfastClient } from "../../support/steadfast-client.ts"

const messages = Number(process.env["MESSAGES"] ?? 1_000_000)
const starts = 5
/** It should take 300 ms; machines that run tests are busy. */
const readyMsMax = 1_500

test(
  `killed with ${messages} messages, it is ready again at once`,
  async () => {
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off" }
    await (await startProcess(environment)).stop()
    fillFile(join(folder.path, databaseName), messages)

    let server = await startProcess(environment)
    expect(server.summary).toMatchObject({ messages })
    const readyMs: number[] = []
    for (let start = 0; start < starts; start++) {
      await leaveLog(server.url)
      await server.stop("SIGKILL")
      const startedMs = performance.now()
      server = await startProcess(environment)
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
      readyMs.push(performance.now() - startedMs)
    }
    await server.stop()

    readyMs.sort((a, b) => a - b)
    console.log(`ready again with ${messages} messages: ${readyMs.map((ms) => ms.toFixed()).join(", ")} ms`)
    expect(readyMs[Math.floor(starts / 2)]).toBeLessThan(readyMsMax)
  },
  300_000 * Math.max(1, messages / 1_000_000),
)

/** Enough single commits for a log of several hundred pages. */
async function leaveLog(url: string): Promise<void> {
  const [roomId = ""] = await createRooms(url, 1)
  using client = new SteadfastClient({ url, roomId, userId: "writer", check: new DeliveryCheck() })
  for (let n = 0; n < 200; n++) await client.send(`message ${n}`)
}
