/**
 * `warren restore` as a person runs it, and what the people who chat see of it; also when
 * the disk is full, or it is killed anywhere in the middle.
 */
import { expect, test } from "bun:test"
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { databaseName, openSqliteStore } from "../../src/store/sqlite/open.ts"
import { restore } from "../../src/store/sqlite/restore.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom, joined, TestClient } from "../support/client.ts"
import { fill, isMountable, mountedFolder } from "../support/faults.ts"
import { temporaryFolder } from "../support/folder.ts"
import { fillFile } from "../support/large-file.ts"
import { freePort } from "../support/port.ts"
import { runProcess, sourceCommand, startProcess } from "../support/process.ts"
import { testUnless, tracingMissing } from "../support/programs.ts"
import { until } from "../support/until.ts"

test("[HIST7] a backup is restored while clients wait: each comes back by itself and shows nothing that is gone", async () => {
  using folder = temporaryFolder()
  const [dataDir, backups] = [join(folder.path, "data"), join(folder.path, "backups")]
  const environment = { DATA_DIR: dataDir, PORT: `${await freePort()}` }
  const first = await startProcess(environment)
  const room = await createRoom(first.url)
  const people = ["ann", "bob", "cem"].map((userId) => new Follower(first.url, room.id, userId))
  await until("everybody is in", () => people.every(({ epoch }) => epoch !== undefined))
  const [ann] = people
  for (const n of [1, 2, 3]) await ann!.say(`kept ${n}`)
  mkdirSync(backups)
  const made = await runProcess(["backup", backups, "--keep", "2", "--data-dir", dataDir, "--json"])
  const { file } = JSON.parse(made.stdout)
  for (const n of [1, 2, 3, 4]) await ann!.say(`gone ${n}`)
  await until("everybody has seen all", () => people.every(({ shown }) => shown().length === 7))

  expect(await runProcess(["restore", file, "--data-dir", dataDir])).toMatchObject({
    stderr: expect.stringMatching(/^Another Warren is using the folder \S+: stop it/),
    status: 1,
  })
  await first.stop()
  const { stdout, stderr, status } = await runProcess(["restore", file, "--data-dir", dataDir])
  expect([stderr, status]).toEqual(["", 0])
  expect(stdout).toMatch(
    /^Restored 3 messages of 2 rooms \(0\.\d MiB, the latest of 20\S+Z\) from \S+\.db, in \d+\.\d s\.\nWhat was there before is kept in \S+replaced-\S+\.\nStart the server: whoever connects loads the rooms anew\.\n$/,
  )
  await using _second = await startProcess(environment)
  await until("everybody is back", () => people.every(({ resets }) => resets === 1))
  for (const { shown } of people) expect(shown()).toEqual(["kept 1", "kept 2", "kept 3"])
  await ann!.say("after it")
  await until("all hear what is new", () => people.every(({ shown }) => shown().at(-1) === "after it"))
  for (const person of people) person.client.socket.disconnect()
}, 120_000)

test("restore and backup tell programs in JSON, and what is missing or wrong in one sentence", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const file = join(folder.path, "backup")
  await runProcess(["backup", file, "--data-dir", app.dataDir])
  const dataDir = join(folder.path, "new")
  const { stdout } = await runProcess(["restore", file, "--data-dir", dataDir, "--json"])
  expect(JSON.parse(stdout)).toEqual({
    event: "restored",
    file,
    rooms: 1,
    messages: 0,
    files: 0,
    missing: 0,
    bytes: expect.any(Number),
    latestAt: expect.any(Number),
    isOlder: false,
    ms: expect.any(Number),
  })
  const refusals = [
    [["restore"], {}, "Name the backup: warren restore FILE", 78],
    [["restore", "x"], { DATABASE_URL: "postgres://h/d" }, "which is restored with: pg_restore", 78],
    [["restore", file, "--data-dir", "/dev/null/x"], {}, "/dev/null/x is not a folder", 1],
    [["backup", folder.path, "--keep", "0"], {}, "--keep must be a whole number from 1 to 10000.", 78],
    [["backup", "--keep", "3"], {}, "Name the folder of the backups: warren backup FOLDER --keep N", 78],
    [["backup", file, "--keep", "3", "--data-dir", app.dataDir], {}, "backup is no folder: make it", 1],
  ] as const
  for (const [args, environment, sentence, expected] of refusals) {
    const { stdout, stderr, status } = await runProcess(args, environment)
    expect(stderr).toContain(sentence)
    expect([stdout, stderr.trim().split("\n").length, status]).toEqual(["", 1, expected])
  }
})

test("backups of a folder are rotated, the oldest first", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const names = new Set<string>()
  for (let n = 0; n < 3; n++) {
    const { stdout } = await runProcess(["backup", folder.path, "--keep", "2", "--data-dir", app.dataDir])
    expect(stdout.includes("Deleted 1 older backup.")).toBe(n === 2)
    for (const name of readdirSync(folder.path)) names.add(name)
    // Names are of a second.
    const second = Math.floor(Date.now() / 1_000)
    await until("the next second", () => Math.floor(Date.now() / 1_000) > second)
  }
  expect(readdirSync(folder.path).sort()).toEqual([...names].sort().slice(1))
})

testUnless(isMountable ? undefined : "this machine mounts no small disk")(
  "a full disk is told, and the data is as it was",
  async () => {
    using small = mountedFolder()
    using folder = temporaryFolder()
    const dataDir = join(small.path, "data")
    const { file } = await talked(dataDir, folder.path)
    const filled = fill(small.path)
    const { stderr, status } = await runProcess(["restore", file, "--data-dir", dataDir])
    expect(stderr).toMatch(
      /^The disk that holds \S+ (has too little space for \S+: free some\. The data is as it was|is full: free some space)\.\n$/,
    )
    expect(status).toBe(1)
    filled.end()
    expect(await messagesIn(dataDir)).toBe(3)
  },
  120_000,
)

/** The calls that put the one in the place of the other, and which of them. */
const calls = [
  ["fsync", 2],
  ["link", 1],
  ["unlink", 1],
  ["rename", 1],
  ["fsync", 6],
] as const
testUnless(tracingMissing())(
  "a kill anywhere in the middle leaves the data as it was or as it was restored, and the next restore works",
  async () => {
    using folder = temporaryFolder()
    const original = join(folder.path, "original")
    const { file } = await talked(original, folder.path)
    for (const [call, when] of calls) {
      const dataDir = join(folder.path, `${call}-${when}`)
      cpSync(original, dataDir, { recursive: true })
      const inject = ["-e", `trace=${call}`, "-e", `inject=${call}:signal=SIGKILL:when=${when}`]
      const strace = ["strace", "-f", "-qq", "-o", "/dev/null", ...inject, ...sourceCommand]
      await runProcess(["restore", file, "--data-dir", dataDir], {}, { command: strace })
      expect([1, 3], `${call} ${when}`).toContain(await messagesIn(dataDir))
      const signal = new AbortController().signal
      await restore({ dataDir, file, now: new Date(), signal, onProgress: () => {} })
      expect(await messagesIn(dataDir), `${call} ${when}`).toBe(1)
      expect(existsSync(join(dataDir, `${databaseName}.restoring`))).toBe(false)
    }
  },
  120_000,
)

test("one that is killed while it checks a large file leaves the data as it was", async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, "data")
  await talked(dataDir, folder.path)
  const file = join(folder.path, "large")
  fillFile(file, 60_000)
  const stdio = ["ignore", "ignore", "ignore"] as const
  const child = Bun.spawn([...sourceCommand, "restore", file, "--data-dir", dataDir], { stdio: [...stdio] })
  await until("it has begun", () => existsSync(join(dataDir, `${databaseName}.restoring`)))
  child.kill("SIGKILL")
  expect(await child.exited).not.toBe(0)
  expect(await messagesIn(dataDir)).toBe(3)
}, 120_000)

testUnless(process.getuid?.() === 0 ? undefined : "only root gives files away")(
  "what root restores belongs to the owner of the folder",
  async () => {
    using folder = temporaryFolder()
    const dataDir = join(folder.path, "data")
    const { file } = await talked(dataDir, folder.path)
    chownSync(dataDir, 65_532, 65_532)
    const signal = new AbortController().signal
    const { kept = "" } = await restore({ dataDir, file, now: new Date(), signal, onProgress: () => {} })
    for (const path of [join(dataDir, databaseName), kept]) expect(statSync(path).uid, path).toBe(65_532)
  },
  120_000,
)

/** Three messages, of which the backup has one. */
async function talked(dataDir: string, folder: string) {
  const server = await startTestApp({ dataDir })
  const room = await createRoom(server.url)
  await using ann = await joined(server.url, room, "ann")
  const say = (content: string) => ann.ask("send_message", { roomId: room.id, userId: "ann", content })
  await say("first")
  const file = join(folder, crypto.randomUUID())
  const { stderr } = await runProcess(["backup", file, "--data-dir", dataDir])
  if (stderr !== "") throw new Error(stderr)
  for (const content of ["second", "third"]) await say(content)
  await server.stop()
  return { file }
}

async function messagesIn(dataDir: string): Promise<number> {
  const store = openSqliteStore(dataDir, { pendingMax: 1, onFailure: console.error })
  const { messages } = await store.counts()
  await store.close()
  return messages
}

/** A stock client as docs/api.md says to write one: it names what it has when it comes back, and begins anew when told. */
class Follower {
  readonly client: TestClient
  epoch: string | undefined
  resets = 0
  readonly #roomId: string
  readonly #userId: string
  readonly #messages = new Map<number, string>()
  #rev = 0

  constructor(url: string, roomId: string, userId: string) {
    this.#roomId = roomId
    this.#userId = userId
    this.client = new TestClient(url, ["websocket"])
    const { socket } = this.client
    socket.on("connect", () => {
      const known = this.epoch === undefined ? {} : { since: this.#rev, epoch: this.epoch }
      socket.emit("join_room", { roomId, userId, username: userId, since: 0, ...known } as never)
    })
    socket.on("history", (messages, info) => {
      if (info?.reset) {
        this.resets++
        this.#messages.clear()
      }
      this.epoch = info?.epoch
      for (const message of messages) this.#take(message)
      this.#rev = info?.rev ?? this.#rev
    })
    socket.on("message_received", (message) => this.#take(message))
  }

  readonly shown = () => [...this.#messages].sort(([a], [b]) => a - b).map(([, content]) => content)

  async say(content: string): Promise<void> {
    const answer = await this.client.ask("send_message", { roomId: this.#roomId, userId: this.#userId, content })
    if (!answer.ok) throw new Error(answer.error.message)
  }

  #take({ seq, rev, content }: { readonly seq: number; readonly rev: number; readonly content: string }): void {
    this.#messages.set(seq, content)
    this.#rev = Math.max(this.#rev, rev)
  }
}
