/**
 * A large file of Warren 0.1.0 under the new version: how long it takes, what a person
 * sees, and that a `kill -9` at any moment leaves the old data or the new.
 *
 * Larger: MESSAGES=1000000 KILLS=40 bun test ./test/slow/measured/upgrade.test.ts (SEED=… repeats the moments).
 */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { copyFileSync, existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { databaseName } from "../../../src/store/sqlite/open.ts"
import { schemaVersion } from "../../../src/store/sqlite/schema.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { makeOldFile } from "../../support/old-file.ts"
import { sourceCommand, startProcess } from "../../support/process.ts"
import { newSeed, seededRandom } from "../../support/random.ts"

const messages = Number(process.env["MESSAGES"] ?? 100_000)
const kills = Number(process.env["KILLS"] ?? 6)
const timeoutMs = 600_000
/** Ten seconds for a million; of the processor, as machines that run tests are busy. */
const cpuMsPerMessage = 0.01
/** To load the program and to start serving, whatever the file. */
const startCpuMs = 2_000

test(
  `${messages} messages are upgraded in time, with lines that tell of it, and the server is ready`,
  async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, databaseName)
    makeOldFile(file, messages)
    const log = join(folder.path, "log")
    const server = await startProcess({ DATA_DIR: folder.path }, { stderr: Bun.file(log) })
    const cpuMs = await cpuMsOf(server.pid)
    expect(server.summary).toMatchObject({ rooms: 100, messages })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    expect(await server.stop()).toBe(0)
    const lines = (await Bun.file(log).text()).trimEnd().split("\n")
    expect(lines[0]).toBe(`Upgrading ${file} from schema 1 to ${schemaVersion}. Stopping now leaves it as it is.`)
    expect(lines.slice(1, -1).filter((line) => !/^Upgrading: \d+ %$/.test(line))).toEqual([])
    expect(lines.at(-1)).toStartWith(`Upgraded. The data as it was is kept in ${file}.version-1;`)
    expect(check(file)).toEqual({ version: schemaVersion, messages })
    console.log(`upgraded ${messages} messages in ${server.readyMs.toFixed()} ms, ${cpuMs} ms of the processor`)
    expect(cpuMs).toBeLessThan(startCpuMs + cpuMsPerMessage * messages)
  },
  timeoutMs,
)

test(
  `${kills} kills while it is upgraded leave the old data or the new, and nothing behind in the end`,
  async () => {
    using original = temporaryFolder()
    const old = join(original.path, databaseName)
    makeOldFile(old, messages)
    const random = seededRandom(newSeed("upgrades"))
    using folder = temporaryFolder()
    const file = join(folder.path, databaseName)
    copyFileSync(old, file)
    const wholeMs = await upgradeMs(folder.path)
    const found: Record<string, number> = {}
    for (let kill = 0; kill < kills; kill++) {
      // An upgrade that was interrupted goes on with what the one before has left.
      if (check(file).version !== 1) {
        for (const name of readdirSync(folder.path)) await Bun.file(join(folder.path, name)).delete()
        copyFileSync(old, file)
      }
      await killAfter(folder.path, random() * 1.1 * wholeMs)
      const { version, messages: stored } = check(file)
      expect(stored).toBe(messages)
      found[version] = (found[version] ?? 0) + 1
    }
    await (await startProcess({ DATA_DIR: folder.path }, { stderr: Bun.file(join(original.path, "log")) })).stop()
    expect(check(file)).toEqual({ version: schemaVersion, messages })
    expect(check(`${file}.version-1`)).toEqual({ version: 1, messages })
    expect(readdirSync(folder.path).filter((name) => name.includes("migrat"))).toEqual([])
    expect(found["1"]).toBeGreaterThan(0)
    console.log(
      `${kills} kills within ${wholeMs.toFixed()} ms: ${found["1"]} found the old data, ${found[schemaVersion] ?? 0} the new`,
    )
  },
  timeoutMs,
)

async function upgradeMs(dataDir: string): Promise<number> {
  using log = temporaryFolder()
  const server = await startProcess({ DATA_DIR: dataDir }, { stderr: Bun.file(join(log.path, "log")) })
  await server.stop()
  return server.readyMs
}

async function killAfter(dataDir: string, afterMs: number): Promise<void> {
  const env = { PATH: process.env["PATH"], DATA_DIR: dataDir, PORT: "0" }
  const child = Bun.spawn([...sourceCommand], { env, stdio: ["ignore", "ignore", "ignore"] })
  await Bun.sleep(afterMs)
  child.kill("SIGKILL")
  await child.exited
}

function check(file: string) {
  expect(existsSync(file)).toBe(true)
  using db = new Database(file, { readonly: true })
  const value = (sql: string) => Number(db.query(sql).values()[0]?.[0])
  expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]])
  return { version: value("PRAGMA user_version"), messages: value("SELECT count(*) FROM messages") }
}

/** User and system time, in the hundredths of a second that Linux counts them in. */
async function cpuMsOf(pid: number): Promise<number> {
  const [, fields = ""] = (await Bun.file(`/proc/${pid}/stat`).text()).split(") ")
  const [user, system] = fields.split(" ").slice(11, 13).map(Number)
  return 10 * ((user ?? 0) + (system ?? 0))
}
