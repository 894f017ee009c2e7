import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { backUp } from "../../src/store/sqlite/backup.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom, joined } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { runProcess, sourceCommand, startProcess } from "../support/process.ts"
import { testUnless } from "../support/programs.ts"
import { runSql } from "../support/sql.ts"

test("a backup of a serving server is checked, told in one line, and serves in place of the data", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "kept" })

  const file = join(folder.path, "warren.db")
  const { stdout, stderr, status } = await runProcess(["backup", file, "--data-dir", app.dataDir])
  expect(stdout).toMatch(
    /^Copied 1 message of 2 rooms \(0\.\d MiB\) to \S+warren\.db and checked the copy, in \d+\.\d s\.\n$/,
  )
  expect([stderr, status]).toEqual(["", 0])
  await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "later" })

  // Nobody else on the machine may read it, and nothing is left beside it.
  expect([statSync(file).mode & 0o777, readdirSync(folder.path)]).toEqual([0o600, ["warren.db"]])
  await using restored = await startTestApp({ dataDir: folder.path })
  await using reader = await joined(restored.url, room, "reader")
  expect(reader.payloads("history")[0]).toMatchObject([{ content: "kept", userId: "ann", seq: 1 }])
})

test("the data of a server that was killed, or has stopped, is copied as well", async () => {
  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    using folder = temporaryFolder()
    const server = await startProcess({ DATA_DIR: folder.path })
    const room = await createRoom(server.url)
    await server.stop(signal)
    const file = join(folder.path, "backup")
    expect(await runProcess(["backup", file, "--data-dir", folder.path])).toMatchObject({ stderr: "", status: 0 })
    using copy = new Database(file, { readonly: true })
    expect(copy.query("SELECT id FROM rooms WHERE id = ?").values(room.id)).toEqual([[room.id]])
  }
})

testUnless(process.platform === "linux" ? undefined : "the commands are those of Linux")(
  "the commands of docs/operating.md restore a backup, also over what a killed server left, and again",
  async () => {
    using folder = temporaryFolder()
    const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "backup")]
    const first = await startProcess({ DATA_DIR: dataDir })
    const room = await createRoom(first.url)
    expect(await runProcess(["backup", file, "--data-dir", dataDir])).toMatchObject({ stderr: "", status: 0 })
    const document = await Bun.file(join(import.meta.dir, "../../docs/operating.md")).text()
    const [, commands = ""] =
      /```sh\nsystemctl stop warren &&\n([\s\S]*?) &&\n {2}systemctl start warren\n```/.exec(document) ?? []
    const script = commands
      .replace("warren restore", `${sourceCommand.join(" ")} restore`)
      .replace("/var/lib/warren", dataDir)
      .replace(/\/var\/backups\/\S+/, file)
    expect(script).toContain(`restore --data-dir ${dataDir} ${file}`)
    let server = first
    for (const content of ["after the backup", "after it was restored"]) {
      await using ann = await joined(server.url, room, "ann")
      await ann.ask("send_message", { roomId: room.id, userId: "ann", content })
      await server.stop("SIGKILL")
      expect(existsSync(join(dataDir, "warren.db-wal"))).toBe(true)
      await Bun.$`sh -c ${script}`.quiet()
      server = await startProcess({ DATA_DIR: dataDir })
      await using reader = await joined(server.url, room, "reader")
      expect(reader.payloads("history")[0]).toEqual([])
    }
    await server.stop()
  },
  120_000,
)

test("what cannot be done is told in one sentence, and leaves nothing behind", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const [taken, foreign] = [join(folder.path, "taken"), join(folder.path, "foreign")]
  writeFileSync(taken, "precious")
  await Bun.$`mkdir ${foreign}`
  runSql(join(foreign, "warren.db"), "CREATE TABLE recipes (name TEXT)")
  const free = join(folder.path, "free")
  const refusals = [
    [[], /^Name the file of the backup: warren backup FILE$/],
    [[taken, "--data-dir", app.dataDir], /taken is there already: move it away, or choose another name\.$/],
    [[foreign, "--data-dir", app.dataDir], /foreign is a folder: name a file in it\.$/],
    [[join(free, "b"), "--data-dir", app.dataDir], /free is no folder: make it, or choose another place\.$/],
    [
      [free, "--data-dir", folder.path],
      /^There is no \S+warren\.db: name the folder of the server's data with --data-dir\.$/,
    ],
    [[free, "--data-dir", foreign], /foreign\/warren\.db belongs to another program/],
  ] as const
  for (const [args, sentence] of refusals) {
    const { stdout, stderr } = await runProcess(["backup", ...args])
    expect(stderr.trimEnd()).toMatch(sentence)
    expect(stdout).toBe("")
  }
  const linked = join(folder.path, "linked")
  symlinkSync(join(folder.path, "nowhere"), linked)
  const named = [
    [linked, /linked is there already: move it away, or choose another name\.$/],
    [join(folder.path, "x".repeat(300)), /is too long a name for this disk: choose a shorter one\.$/],
    [join(folder.path, "x".repeat(5_000)), /is too long a name for this disk: choose a shorter one\.$/],
  ] as const
  for (const [file, sentence] of named) {
    const { stderr, status } = await runProcess(["backup", file, "--data-dir", app.dataDir])
    expect([stderr.trimEnd().split("\n").length, status]).toEqual([1, 1])
    expect(stderr.trimEnd()).toMatch(sentence)
  }
  const limited = ["sh", "-c", 'ulimit -f 100 && exec "$@"', "sh", ...sourceCommand, "backup", free]
  const child = Bun.spawn([...limited, "--data-dir", app.dataDir], { stdout: "ignore", stderr: "pipe" })
  expect(await new Response(child.stderr).text()).toMatch(
    /^\S+free cannot be written \(SQLITE_IOERR_WRITE\): its disk is full or failing; choose another place\.\n$/,
  )
  expect(await child.exited).toBe(1)
  expect(readlinkSync(linked)).toBe(join(folder.path, "nowhere"))
  rmSync(linked)
  expect(await Bun.file(taken).text()).toBe("precious")
  expect(readdirSync(folder.path).sort()).toEqual(["foreign", "taken"])
})

test("files of others beside it stay, whatever their names, and a name as long as the disk allows is one", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const file = join(folder.path, "b".repeat(255))
  const others = [`${"b".repeat(200)}.partial`, `backup.partial-${process.pid}`]
  for (const other of others) writeFileSync(join(folder.path, other), "precious")
  const options = { dataDir: app.dataDir, signal: new AbortController().signal, onProgress: () => {} }
  await backUp({ ...options, file })
  await backUp({ ...options, file: join(folder.path, "backup") })
  expect(readdirSync(folder.path).sort()).toEqual([...others, "b".repeat(255), "backup"].sort())
  for (const other of others) expect(await Bun.file(join(folder.path, other)).text()).toBe("precious")
})

test("what killed runs have left beside it goes after a week, and nothing else does", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const path = (name: string) => join(folder.path, name)
  const left = (kind: string) => `.warren-${kind}-12-0123456789ab`
  const [day, week] = [24 * 3_600_000, 7 * 24 * 3_600_000]
  const put = (name: string, ageMs: number) => {
    writeFileSync(path(name), "left")
    utimesSync(path(name), new Date(), new Date(Date.now() - ageMs))
  }
  for (const name of [left("backup"), `${left("backup")}-journal`, left("export")]) put(name, week + day)
  mkdirSync(path(`${left("backup")}.files/ab`), { recursive: true })
  utimesSync(path(`${left("backup")}.files`), new Date(), new Date(Date.now() - week - day))
  put(`${left("backup")}.db`, week + day)
  put(".warren-backup-13-0123456789ab", week - day)
  const kept = [`${left("backup")}.db`, ".warren-backup-13-0123456789ab"]
  const { status } = await runProcess(["export", path("out.ndjson"), "--data-dir", app.dataDir])
  expect([status, readdirSync(folder.path).sort()]).toEqual([0, [...kept, "out.ndjson"].sort()])
  put(left("export"), week + day)
  await backUp({
    dataDir: app.dataDir,
    file: path("out.db"),
    signal: new AbortController().signal,
    onProgress: () => {},
  })
  expect(readdirSync(folder.path).sort()).toEqual([...kept, "out.db", "out.ndjson"].sort())
})

test("a copy that holds less than its counters say is not kept", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  runSql(join(app.dataDir, "warren.db"), "UPDATE totals SET messages = messages + 1")
  const file = join(folder.path, "backup")
  const { stderr, status } = await runProcess(["backup", file, "--data-dir", app.dataDir])
  expect(stderr).toContain("The copy is not whole (ok; 1 of 1 rooms, 0 of 1 messages), so it was not kept")
  expect([status, readdirSync(folder.path)]).toEqual([1, []])
})

test("one that is interrupted leaves nothing behind", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const stop = new AbortController()
  const file = join(folder.path, "backup")
  const steps: string[] = []
  const onProgress = (step: string) => {
    steps.push(step)
    stop.abort(new Error("interrupted"))
  }
  const backup = backUp({ dataDir: app.dataDir, file, signal: stop.signal, onProgress })
  expect(await backup.catch(({ cause }) => cause.message)).toBe("interrupted")
  expect([steps, existsSync(file), readdirSync(folder.path)]).toEqual([["copying"], false, []])
})
