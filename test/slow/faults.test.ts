/**
 * Faults of the disk under the real server: it says so, tells nobody what is not stored,
 * and works again by itself when the fault goes; nothing that was acknowledged is lost,
 * also if it is stopped or killed meanwhile.
 */
import { Database } from "bun:sqlite"
import { describe, expect, test } from "bun:test"
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import { createRooms, readRooms } from "../../src/load/rooms.ts"
import { databaseName } from "../../src/store/sqlite/open.ts"
import { startTestApp } from "../support/app.ts"
import {
  type Fault,
  failingCalls,
  faults,
  fill,
  isMountable,
  mountedFolder,
  remount,
  slowSyncs,
} from "../support/faults.ts"
import { temporaryFolder } from "../support/folder.ts"
import { freePort } from "../support/port.ts"
import { runProcess, type ServerProcess, startProcess } from "../support/process.ts"
import { testUnless } from "../support/programs.ts"
import { SteadfastClient } from "../support/steadfast-client.ts"
import { until } from "../support/until.ts"

const timeoutMs = 120_000
/** More than the store takes in one batch. */
const burst = 400

for (const fault of faults) {
  const testFault = testUnless(fault.missing)
  describe(fault.name, () => {
    testFault(
      "[ERR1] [SEND2] senders are told, nobody hears of it, /readyz says why; when it goes, the same server works on",
      async () => {
        await using stage = await setStage(fault)
        const { server, writer, listener } = stage
        await writer.send("before")
        await until("the listener has heard it", () => listener.rev === 1)

        const end = await fault.begin(server, stage.dataDir)
        const sent = Array.from({ length: burst }, (_, n) => writer.send(`during ${n}`))
        await until("every send is answered", () => refusals(writer) >= burst)
        expect(Object.keys(writer.tally.refused).filter((code) => !/^ERR_(STORAGE|BUSY)$/.test(code))).toEqual([])
        expect(await readiness(server)).toEqual([503, expect.stringMatching(fault.code)])
        expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
        // What is stored can still be read, and nothing has come to it.
        expect(await listener.socket.emitWithAck("sync", { roomId: stage.roomId, since: 0 })).toMatchObject({ rev: 1 })
        expect([listener.rev, writer.tally.acked]).toEqual([1, 1])
        await end()

        await Promise.all(sent)
        await until("/readyz is ready again", async () => (await readiness(server))[0] === 200)
        await stage.settle()
        expect(stage.lines()).toBeLessThan(10)
        expect(await server.stop()).toBe(0)
        expect(stage.stored()).toBe(burst + 1)
      },
      timeoutMs,
    )

    testFault(
      "[CONN3] a stop in the midst of it ends with status 0, and what was acknowledged is there afterwards",
      async () => {
        await using stage = await setStage(fault)
        await interrupted(stage, fault, "SIGTERM")
      },
      timeoutMs,
    )

    testFault(
      "[SEND2] a kill in the midst of it loses nothing that was acknowledged",
      async () => {
        await using stage = await setStage(fault)
        await interrupted(stage, fault, "SIGKILL")
      },
      timeoutMs,
    )
  })
}

const nowAndThen = failingCalls("the disk sometimes does not sync", "fsync", "EIO", {
  code: /SQLITE_IOERR_FSYNC/,
  when: "2+3",
})
testUnless(nowAndThen.missing)(
  "[SEND3] [SEQ1] every third sync fails while people talk: nothing is lost, doubled, or out of order",
  async () => {
    await using stage = await setStage(nowAndThen)
    const end = await nowAndThen.begin(stage.server, stage.dataDir)
    const talking = Array.from({ length: 8 }, async (_, n) => {
      for (let i = 0; i < 40; i++) await stage.writer.send(`${n}: ${i}`)
    })
    await Promise.all(talking)
    await end()
    await stage.settle()
    expect(refusals(stage.writer)).toBeGreaterThan(0)
    expect(await stage.server.stop()).toBe(0)
    expect(stage.stored()).toBe(8 * 40)
  },
  timeoutMs,
)

const slow = slowSyncs(1_500)
testUnless(slow.missing)(
  "[SEND2] while syncs take long, what asks nothing of the disk is answered before them, and what was sent after them",
  async () => {
    await using stage = await setStage({ ...slow, name: "", code: /./ })
    await stage.writer.send("quick")
    const end = await slow.begin(stage.server, stage.dataDir)
    // It learns from the first one.
    await stage.writer.send("slow")
    const order: string[] = []
    const sent = ["one", "another"].map((content) => stage.writer.send(content).then(() => order.push(content)))
    for (let look = 0; look < 10; look++) {
      expect((await fetch(`${stage.server.url}/healthz`)).status).toBe(200)
      order.push("well")
    }
    await Promise.all(sent)
    expect(order).toEqual([...Array(10).fill("well"), "one", "another"])
    await end()
    await stage.settle()
    expect(await stage.server.stop()).toBe(0)
    expect(stage.stored()).toBe(4)
  },
  timeoutMs,
)

testUnless(slow.missing)(
  "[SEND2] a disk that was slow and then fails ends the server; what was acknowledged is there when it is back",
  async () => {
    await using stage = await setStage({ ...slow, name: "", code: /./ })
    const delayed = slowSyncs(300)
    const end = await delayed.begin(stage.server, stage.dataDir)
    await stage.writer.send("slow")
    await end()
    const failing = slowSyncs(0, "EIO")
    const endFailing = await failing.begin(stage.server, stage.dataDir)
    const sent = stage.writer.send("not kept")
    expect(await stage.server.exited).toBe(1)
    await endFailing()
    expect(stage.log()).toMatch(/The disk did not keep what was written, so the server ends: .*EIO/)
    await stage.restart()
    await sent
    await stage.settle()
    expect(await stage.server.stop()).toBe(0)
    expect(stage.stored()).toBe(2)
  },
  timeoutMs,
)

const notFolded = failingCalls("the log cannot be folded into the file", "pwrite64", "EIO", {
  code: /SQLITE_IOERR_WRITE/,
  file: databaseName,
})
testUnless(notFolded.missing)(
  "[SEND2] a log that cannot be folded into the file grows, and nobody notices; a stop leaves it to the next start",
  async () => {
    await using stage = await setStage(notFolded)
    const end = await notFolded.begin(stage.server, stage.dataDir)
    const foldedAtBytes = 4_000 * 4_096
    const logBytes = () => statSync(join(stage.dataDir, `${databaseName}-wal`)).size
    while (logBytes() < 1.2 * foldedAtBytes) {
      await Promise.all(Array.from({ length: burst }, (_, n) => stage.writer.send(`${n} `.padEnd(4_000, "."))))
    }
    expect(refusals(stage.writer)).toBe(0)
    expect(await stage.server.stop()).toBe(0)
    expect(logBytes()).toBeGreaterThan(foldedAtBytes)
    await end()
    await stage.restart()
    await stage.settle()
    await stage.server.stop()
    expect(stage.stored()).toBe(stage.writer.tally.acked)
  },
  timeoutMs,
)

// Not skipped where mounting is not allowed: a limit on files stands for the small disk there.
if (isMountable)
  test(
    "a start on a full or read-only disk is refused in one sentence, and works once that is over",
    async () => {
      using disk = mountedFolder()
      const dataDir = join(disk.path, "data")
      const environment = { DATA_DIR: dataDir, PORT: "0" }
      const { end } = fill(disk.path)
      const full = await runProcess([], environment)
      end()
      const first = await startProcess(environment)
      await first.stop()
      remount(disk.path, "ro")
      const readOnly = await runProcess([], environment)
      const { stdout: examined } = await runProcess(["doctor"], environment)
      await using other = await startTestApp()
      const copyTo = join(disk.path, "copy")
      const { stderr: unwritten } = await runProcess(["backup", copyTo], { DATA_DIR: other.dataDir })
      const { stderr: unread } = await runProcess(["backup", join(other.dataDir, "copy")], environment)
      remount(disk.path, "rw")

      expect(full).toEqual({
        stdout: "",
        stderr: `The disk that holds ${dataDir} is full: free some space.\n`,
        status: 1,
      })
      expect(readOnly).toMatchObject({ stdout: "", status: 1 })
      const mounted = "is on a disk that is mounted read-only"
      expect(readOnly.stderr).toStartWith(`${dataDir} ${mounted}: dmesg tells whether it fails; `)
      expect(examined).toContain(`FAILED   folder    ${dataDir} ${mounted}\n`)
      expect(unwritten).toStartWith(`${copyTo} ${mounted}: dmesg tells`)
      expect(unread).toEndWith(
        "on a disk that is mounted read-only: copy its folder to another disk, and name that one.\n",
      )
      await using second = await startProcess(environment)
      expect((await readiness(second))[0]).toBe(200)
    },
    timeoutMs,
  )

/** The server ends during the fault, comes back without it, and the clients go on. */
async function interrupted(stage: Stage, fault: Fault, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  await stage.writer.send("before")
  const end = await fault.begin(stage.server, stage.dataDir)
  const sent = Array.from({ length: 50 }, (_, n) => stage.writer.send(`during ${n}`))
  await until("a send was refused", () => refusals(stage.writer) > 0)
  const status = await stage.server.stop(signal)
  if (signal === "SIGTERM") expect(status).toBe(0)
  await end()
  await stage.restart()
  await Promise.all(sent)
  await stage.settle()
  await stage.server.stop()
  expect(stage.stored()).toBe(51)
}

interface Stage extends AsyncDisposable {
  server: ServerProcess
  readonly dataDir: string
  readonly roomId: string
  readonly writer: SteadfastClient
  readonly listener: SteadfastClient
  /** Starts it again, where it was. */
  readonly restart: () => Promise<void>
  /** Waits until everybody has heard everything, and asks the delivery checker. */
  readonly settle: () => Promise<void>
  /** What the server has logged. */
  readonly log: () => string
  /** How many lines that is. */
  readonly lines: () => number
  /** How many messages the file holds, which is whole. The server must have stopped. */
  readonly stored: () => number
}

async function setStage({ folder = temporaryFolder, command }: Fault): Promise<Stage> {
  const data = folder()
  const logs = temporaryFolder()
  const logFile = join(logs.path, "log")
  const environment = { DATA_DIR: data.path, PORT: `${await freePort()}`, RATE_LIMITS: "off" }
  const start = () => startProcess(environment, { ...(command && { command }), stderr: Bun.file(logFile) })
  const server = await start()
  const [roomId = ""] = await createRooms(server.url, 1)
  const check = new DeliveryCheck()
  const client = (userId: string) => new SteadfastClient({ url: server.url, roomId, userId, check })
  const stage: Stage = {
    server,
    dataDir: data.path,
    roomId,
    writer: client("writer"),
    listener: client("listener"),
    restart: async () => {
      stage.server = await start()
    },
    settle: async () => {
      const stored = await readRooms(server.url, [roomId])
      const last = stored.get(roomId)?.at(-1)?.rev
      await until("everybody has heard everything", () => stage.listener.rev === last && stage.writer.rev === last)
      expect(check.verdict(stored).slice(0, 10)).toEqual([])
    },
    log: () => (existsSync(logFile) ? readFileSync(logFile, "utf8") : ""),
    lines: () => stage.log().split("\n").length - 1,
    stored: () => countStored(data.path),
    [Symbol.asyncDispose]: async () => {
      stage.writer[Symbol.dispose]()
      stage.listener[Symbol.dispose]()
      await stage.server[Symbol.asyncDispose]()
      data[Symbol.dispose]()
      logs[Symbol.dispose]()
    },
  }
  return stage
}

function refusals({ tally }: SteadfastClient): number {
  return Object.values(tally.refused).reduce((sum, count) => sum + count, 0)
}

async function readiness({ url }: ServerProcess): Promise<[status: number, body: string]> {
  const answer = await fetch(`${url}/readyz`)
  return [answer.status, await answer.text()]
}

function countStored(dataDir: string): number {
  using db = new Database(join(dataDir, databaseName), { readonly: true })
  expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]])
  const [[count] = [], [total] = []] = db
    .query("SELECT count(*) FROM messages UNION ALL SELECT messages FROM totals")
    .values()
  expect(count).toBe(total)
  return Number(total)
}
