/**
 * A server of version 0.1.0 is replaced by this one while people talk, on the same folder
 * and port, as a restart does it. Their clients know version 1 alone: no `epoch`, no change
 * of a message. In a checkout without that history the clients meet a folder of 0.1.0's
 * schema, and the new server as it starts on it.
 */
import { expect, test } from "bun:test"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { DeliveryCheck } from "../../../src/load/delivery/delivery-check.ts"
import { createRooms, readRooms } from "../../../src/load/rooms.ts"
import { databaseName } from "../../../src/store/sqlite/open.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { makeOldFile } from "../../support/old-file.ts"
import { oldServer } from "../../support/old-server.ts"
import { freePort } from "../../support/port.ts"
import { startProcess } from "../../support/process.ts"
import { SteadfastClient } from "../../support/steadfast-client.ts"
import { until } from "../../support/until.ts"

const [roomCount, peoplePerRoom, sendsBefore, sendsAfter] = [4, 6, 20, 20]
/** The goal is one second; a machine that runs tests may be three times slower. */
const awayMsMax = 3_000

test("[SEND2] [SEND3] [HIST2] clients of 0.1.0 are away for a moment while it is replaced, and miss and repeat nothing", async () => {
  using folder = temporaryFolder()
  using source = temporaryFolder()
  using log = temporaryFolder()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const dataDir = join(folder.path, "data")
  const environment = { DATA_DIR: dataDir, PORT: `${port}`, RATE_LIMITS: "off" }
  const old = await oldServer(source.path)
  const options = { stderr: Bun.file(join(log.path, "log")) }
  const before = old && (await startProcess(environment, { command: old, ...options }))
  if (before === undefined) await makeOldFolder(dataDir)
  const rooms = before === undefined ? roomsOfOldFile() : await createRooms(url, roomCount)
  const check = new DeliveryCheck()
  const people = rooms.flatMap((roomId) =>
    Array.from(
      { length: peoplePerRoom },
      (_, number) => new Person({ url, roomId, userId: `${number} of ${roomId}`, check }),
    ),
  )
  if (before !== undefined) await until("all are in", () => people.every(({ client }) => client.isIn))
  const talking = people.map((person) => person.talk(sendsBefore + sendsAfter))
  if (before !== undefined) {
    await until("they talk", () => people.every(({ said }) => said >= sendsBefore))
    expect(await before.stop()).toBe(0)
  }
  await using after = await startProcess(environment, options)
  await Promise.all(talking)

  const stored = await readRooms(url, rooms)
  await until("everybody has heard everything", () =>
    people.every(({ client }) => client.rev === stored.get(client.roomId)?.at(-1)?.rev),
  )
  expect(check.verdict(stored, { strangers: before === undefined }).slice(0, 10)).toEqual([])
  const own = [...stored.values()].flat().filter(({ userId }) => userId.includes(" of "))
  expect(own).toHaveLength(people.length * (sendsBefore + sendsAfter))
  const awayMs = Math.max(...people.map((person) => person.awayMs))
  console.log(
    `away for ${awayMs.toFixed()} ms while ${before === undefined ? "a folder" : "a server"} of 0.1.0 was replaced`,
  )
  expect(await Bun.file(join(log.path, "log")).text()).toContain("Upgraded.")
  if (before !== undefined) expect(awayMs).toBeLessThan(awayMsMax)
  for (const { client } of people) client[Symbol.dispose]()
  expect(await after.stop()).toBe(0)
}, 120_000)

class Person {
  readonly client: SteadfastClient
  said = 0
  /** The longest that it was not in the room. */
  awayMs = 0
  #leftMs: number | undefined

  constructor(options: ConstructorParameters<typeof SteadfastClient>[0]) {
    this.client = new SteadfastClient(options)
    this.client.socket.on("disconnect", () => {
      this.#leftMs = performance.now()
    })
    this.client.socket.on("history", () => {
      if (this.#leftMs !== undefined) this.awayMs = Math.max(this.awayMs, performance.now() - this.#leftMs)
      this.#leftMs = undefined
    })
  }

  async talk(sends: number): Promise<void> {
    for (; this.said < sends; this.said++) {
      await this.client.send(`message ${this.said}`)
      await Bun.sleep(20)
    }
  }
}

async function makeOldFolder(dataDir: string): Promise<void> {
  mkdirSync(dataDir, { recursive: true })
  makeOldFile(join(dataDir, databaseName), 1_000)
}

function roomsOfOldFile(): string[] {
  return Array.from(
    { length: roomCount },
    (_, number) => `00000000-0000-4000-8000-${`${number + 1}`.padStart(12, "0")}`,
  )
}
