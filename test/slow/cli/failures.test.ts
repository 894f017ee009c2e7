/**
 * Each command on data or files that cannot be used, as a person meets it: one sentence with
 * a remedy, never a stack, an exit status other than 0, and nothing left behind or changed.
 */
import { Database } from "bun:sqlite"
import { afterAll, beforeAll, expect, spyOn, test } from "bun:test"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { runCli } from "../../../src/cli/cli.ts"
import { limits } from "../../../src/contract/limits.ts"
import { startTestApp } from "../../support/app.ts"
import { createRoom, joined } from "../../support/client.ts"
import { fill, isMountable, mountedFolder } from "../../support/faults.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { runProcess, sourceCommand } from "../../support/process.ts"
import { missing, testUnless, tracingMissing } from "../../support/programs.ts"

const folder = temporaryFolder()
const at = (...names: string[]) => join(folder.path, ...names)
/** Data with a message, and what was exported of it. */
const [data, exported] = [at("data"), at("export.ndjson")]
const nowhere = "postgres://warren:secret@127.0.0.1:1/warren"

beforeAll(async () => {
  const server = await startTestApp({ dataDir: data })
  const room = await createRoom(server.url)
  await using ann = await joined(server.url, room, "ann")
  // Enough to be more than a disk with little space takes.
  for (let n = 0; n < 15; n++)
    await ann.ask("send_message", {
      roomId: room.id,
      userId: "ann",
      content: `${n}`.padEnd(limits.contentLengthMax, "."),
    })
  await server.stop()
  expect((await runProcess(["export", exported, "--data-dir", data])).status).toBe(0)
}, 120_000)

afterAll(() => folder[Symbol.dispose]())

/** What each says of the data of a folder, and of a file that it is to read. */
const onData: Readonly<Record<string, readonly string[]>> = {
  backup: ["backup", at("copy")],
  export: ["export", at("copy")],
  "export to a pipe": ["export", "-"],
  "user list": ["user", "list"],
  "user add": ["user", "add", "bob"],
  invite: ["invite"],
  "auth open": ["auth", "open"],
  "migrate-to": ["migrate-to", nowhere],
  "a dry run": ["import", "slack", at("empty.zip"), "--dry-run"],
  "import slack": ["import", "slack", at("empty.zip")],
}

/** What may have become of `warren.db`. */
const spoilt: Readonly<Record<string, { readonly spoil: (file: string) => void; readonly told: RegExp }>> = {
  "is no database": {
    spoil: (file) => writeFileSync(file, "no database ".repeat(1_000)),
    told: /warren\.db is not a database, or is damaged: (move it away or )?restore/,
  },
  "is damaged": { spoil: damage, told: /warren\.db is not a database, or is damaged: (move it away or )?restore/ },
  "is another program's": {
    spoil: (file) => {
      truncateSync(file)
      using db = new Database(file)
      db.run("CREATE TABLE users (id)")
    },
    told: /warren\.db belongs to another program: move it away, or choose another DATA_DIR\.$/,
  },
  "is of a newer version": {
    spoil: (file) => {
      using db = new Database(file)
      db.run("PRAGMA user_version = 99")
    },
    told: /warren\.db was written by a newer Warren \(schema 99, this one knows \d+\): start that version\.$/,
  },
}

for (const [what, { spoil, told }] of Object.entries(spoilt)) {
  test(`where warren.db ${what}, each command says so and changes nothing`, async () => {
    const dataDir = at(what.replaceAll(" ", "-"))
    cpSync(data, dataDir, { recursive: true })
    const file = join(dataDir, "warren.db")
    spoil(file)
    emptyZip(at("empty.zip"))
    const before = Bun.hash(await Bun.file(file).bytes())
    for (const [name, args] of Object.entries(onData)) expect(await failing(args, dataDir), name).toMatch(told)
    expect(Bun.hash(await Bun.file(file).bytes())).toBe(before)
    expect(leftIn(folder.path)).toEqual([])
  }, 120_000)
}

test("what fails leaves nothing in a folder that held no data, and makes none", async () => {
  const put = (name: string, content: string | Uint8Array) => {
    mkdirSync(dirname(at(name)), { recursive: true })
    writeFileSync(at(name), content)
    return at(name)
  }
  const commandsOnData = Object.entries(onData).filter(([, [word]]) => word !== "import")
  const lines = readFileSync(exported, "utf8").trimEnd().split("\n")
  const said = [
    { type: "version", version: 1 },
    { type: "team", team: { name: "core" } },
    { type: "channel", channel: { team: "core", name: "town", type: "O" } },
    { type: "user", user: { username: "ann" } },
  ].map((line) => JSON.stringify(line))
  const commands: Readonly<Record<string, readonly [args: readonly string[], told: RegExp]>> = {
    "a cut export": [["import", put("bad/cut.ndjson", lines.slice(0, -1).join("\n"))], /end/],
    "an export with a mistake": [
      ["import", put("bad/wrong.ndjson", [...lines.slice(0, 5), "{}"].join("\n"))],
      /^Line 6 /,
    ],
    "lines of Mattermost": [
      ["import", "mattermost", put("bad/lines.jsonl", [...said, "no JSON"].join("\n"))],
      /line 5/i,
    ],
    "a zip without Slack": [["import", "slack", emptyZip(at("bad/empty.zip"))], /Slack/],
    "a folder without Campfire": [["import", "campfire", at("bad")], /Campfire/],
    "a damaged backup": [["restore", put("bad/damaged.db", damaged(join(data, "warren.db")))], /damaged|not whole/],
    "no backup": [["restore", put("bad/none.db", "no database ".repeat(1_000))], /not a database/],
    "a database that is away": [["migrate-from", nowhere], /127\.0\.0\.1/],
    ...Object.fromEntries(commandsOnData.map(([name, args]) => [name, [args, /There is no \S+warren\.db: /] as const])),
  }
  mkdirSync(at("theirs"))
  writeFileSync(at("theirs", "notes.txt"), "")
  for (const [name, [args, told]] of Object.entries(commands)) {
    expect(await failing(args, at("not", "there")), name).toMatch(told)
    expect(existsSync(at("not")), name).toBe(false)
    expect(await failing(args, at("theirs")), name).toMatch(told)
    expect(readdirSync(at("theirs")), name).toEqual(["notes.txt"])
  }
}, 120_000)

test("a file to read that is none, or a folder, is told with what it should be", async () => {
  mkdirSync(at("folder"))
  const kinds = [
    [["import"], "name the file that export wrote"],
    [["import", "slack"], "name the zip of the export"],
    [["import", "mattermost"], "name the file of lines that Mattermost exported"],
  ] as const
  for (const [args, remedy] of kinds) {
    for (const [path, told] of [
      [at("none"), `There is no ${at("none")}`],
      [join(exported, "within"), `There is no ${join(exported, "within")}`],
      [at("folder"), `${at("folder")} is a folder`],
      ["/dev/null", "/dev/null is no file"],
    ] as const) {
      expect(await failing([...args, path])).toBe(`${told}: ${remedy}.`)
    }
  }
  const storage = "name the storage folder of Campfire."
  expect(await failing(["import", "campfire", exported])).toBe(`There is no folder ${exported}: ${storage}`)
}, 120_000)

/** Root may read everything, unless it gives that up. */
const asAnybody = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", ...sourceCommand]
const command = process.getuid?.() === 0 ? asAnybody : sourceCommand
testUnless(command === asAnybody ? missing("setpriv", "util-linux") : undefined)(
  "what this user may not read or write is told as that",
  async () => {
    const [dataDir, closed] = [at("closed"), at("closed.ndjson")]
    cpSync(data, dataDir, { recursive: true })
    cpSync(exported, closed)
    for (const path of [join(dataDir, "warren.db"), join(dataDir, "lock.db"), closed]) chmodSync(path, 0)
    const refusals = [
      [["export", at("copy")], /warren\.db cannot be read: run this as the server's user\.$/],
      [["backup", at("copy")], /warren\.db cannot be read: run this as the server's user\.$/],
      [["user", "list"], /lock\.db cannot be written: give this user the right to, or set DATA_DIR/],
      [["import", closed], /closed\.ndjson cannot be read by this user: run this as one who may\.$/],
      [["restore", closed], /closed\.ndjson cannot be read, or \S+ not written: run this as the server's user\.$/],
    ] as const
    // As systemd keeps the folder of a service.
    const inside = join(at("private"), "warren")
    cpSync(data, inside, { recursive: true })
    chmodSync(at("private"), 0)
    const outOfReach = [
      ["export", at("copy")],
      ["backup", at("copy")],
      ["user", "list"],
      ["migrate-to", nowhere],
    ]
    const all = [
      ...refusals.map(([args, told]) => [args, told, args[1] === closed ? at("unused") : dataDir] as const),
      ...outOfReach.map(
        (args) => [args, /warren\.db cannot be read: run this as the server's user\.$/, inside] as const,
      ),
    ]
    for (const [args, told, into] of all) {
      const { stdout, stderr, status } = await runProcess(args, { DATA_DIR: into }, { command })
      expect(stderr.trimEnd()).toMatch(told)
      expect([stdout, stderr.trimEnd().split("\n").length, status]).toEqual(["", 1, 1])
    }
  },
  120_000,
)

testUnless(isMountable ? undefined : "this machine mounts no small disk")(
  "a disk that is full, or becomes full in the middle, is told; nothing of what was begun is left",
  async () => {
    using small = mountedFolder()
    const on = (name: string) => join(small.path, name)
    const filler = fill(small.path)
    const full = /^The disk that holds \S+ is full: free some space(, or choose another place)?\.$/
    for (const args of [
      ["export", on("out")],
      ["backup", on("out")],
    ])
      expect(await failing(args, data)).toMatch(full)
    expect(await failing(["import", exported], on("new"))).toMatch(full)
    filler.end()
    // More than an empty database takes, and less than the data does.
    leave(small.path, 300 * 1024)
    expect(await failing(["import", exported], on("new"))).toMatch(full)
    leave(small.path, 20 * 1024)
    expect(await failing(["export", on("out")], data)).toMatch(full)
    expect(
      readdirSync(small.path, { recursive: true }).filter((name) => !/^(filler|lost\+found)$/.test(`${name}`)),
    ).toEqual([])
  },
  120_000,
)

testUnless(tracingMissing())(
  "an export that is killed at its end has no name, and is made again",
  async () => {
    const out = at("killed", "out.ndjson")
    mkdirSync(at("killed"))
    const inject = ["-e", "trace=fsync", "-e", "inject=fsync:signal=SIGKILL:when=1"]
    const strace = ["strace", "-f", "-qq", "-o", "/dev/null", ...inject, ...sourceCommand]
    await runProcess(["export", out, "--data-dir", data], {}, { command: strace })
    expect(readdirSync(at("killed"))).toEqual([expect.stringMatching(/^\.warren-export-/)])
    expect(await runProcess(["export", out, "--data-dir", data])).toMatchObject({ stderr: "", status: 0 })
    expect(readdirSync(at("killed"))).toContain("out.ndjson")
  },
  120_000,
)

/** What it says: one line on standard error, and nothing else. */
async function failing(args: readonly string[], dataDir = at("unused")): Promise<string> {
  const [out, err] = [spyOn(process.stdout, "write"), spyOn(process.stderr, "write")].map((spy) =>
    spy.mockReturnValue(true),
  )
  const umask = process.umask()
  try {
    const status = await runCli([...args, "--data-dir", dataDir])
    const [stdout, stderr] = [out, err].map((spy) => spy?.mock.calls.map(([text]) => text).join(""))
    expect([stdout, stderr?.trimEnd().split("\n").slice(1), status > 0]).toEqual(["", [], true])
    return stderr?.trimEnd() ?? ""
  } finally {
    process.umask(umask)
    for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners("error")
    out?.mockRestore()
    err?.mockRestore()
  }
}

/** So much space, and no more. */
function leave(path: string, bytes: number): void {
  fill(path)
  const filler = join(path, "filler")
  truncateSync(filler, statSync(filler).size - bytes)
}

/** Under names that are not for people. */
function leftIn(path: string): string[] {
  return readdirSync(path).filter((name) => name.startsWith(".") || name === "copy" || name === "out")
}

/** All but its first page, which says what it is. */
function damage(file: string): void {
  writeFileSync(file, damaged(file))
}

function damaged(file: string): Uint8Array {
  return readFileSync(file).fill("damaged ", 4_096)
}

/** A zip that holds nothing: the end of its directory alone. */
function emptyZip(file: string): string {
  writeFileSync(file, Buffer.concat([Buffer.from("PK\u0005\u0006", "latin1"), Buffer.alloc(18)]))
  return file
}
