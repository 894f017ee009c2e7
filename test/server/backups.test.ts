/** A server that backs its own data up, while people talk; /readyz warns when no backup comes. */
import { expect, test } from "bun:test"
import { readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { hourMs } from "../../src/contract/durations.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom, joined } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { temporaryFolder } from "../support/folder.ts"
import { until } from "../support/until.ts"

test("a backup holds what was acknowledged before it began, and serves in place of the data", async () => {
  using folder = temporaryFolder()
  const { clock, pass } = stoppedClock()
  const backupDir = join(folder.path, "backups")
  await using app = await startTestApp({ backupEvery: hourMs, backupDir, backupKeep: 1 }, clock)
  const [first] = await backupsIn(backupDir)
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "kept" })
  pass(hourMs)
  await until("the next one is made", async () => (await backupsIn(backupDir))[0] !== first)
  const names = await backupsIn(backupDir)
  expect(names.length).toBe(1)
  await Bun.write(join(folder.path, "data/warren.db"), Bun.file(join(backupDir, names[0] ?? "")))
  await using restored = await startTestApp({ dataDir: join(folder.path, "data") })
  await using reader = await joined(restored.url, room, "reader")
  expect(reader.payloads("history")[0]).toMatchObject([{ content: "kept" }])
})

test("[CONN3] /readyz warns when the last one is too old, and a stop does not wait for the next", async () => {
  using folder = temporaryFolder()
  const { clock, pass } = stoppedClock()
  const backupDir = join(folder.path, "backups")
  await using app = await startTestApp({ backupEvery: hourMs, backupDir }, clock)
  await backupsIn(backupDir)
  const readyz = async () => (await fetch(`${app.url}/readyz`)).json()
  expect(await readyz()).toEqual({ status: "ready" })
  rmSync(backupDir, { recursive: true })
  writeFileSync(backupDir, "a file in its place")
  pass(2 * hourMs + 1)
  expect(await readyz()).toEqual({
    status: "ready",
    warnings: [expect.stringContaining("one is due every 1 h")],
  })
  await app.stop()
})

/** Once there is one. */
async function backupsIn(folder: string): Promise<string[]> {
  let names: string[] = []
  const isWhole = (name: string) => name.startsWith("warren-")
  const look = () => {
    try {
      names = readdirSync(folder).filter(isWhole)
    } catch {
      names = []
    }
    return names.length > 0
  }
  await until("there is a backup", look)
  return names
}
