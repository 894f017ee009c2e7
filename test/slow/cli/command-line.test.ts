/** The command line, run as a process of its own. */
import { expect, test } from "bun:test"
import { chmodSync, readdirSync, statSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { version } from "../../../package.json"
import { readArguments } from "../../../src/cli/arguments.ts"
import { helpOrVersion } from "../../../src/cli/cli.ts"
import { commands } from "../../../src/cli/commands.ts"
import { helpOf } from "../../../src/cli/help.ts"
import { OperatorError } from "../../../src/observe/operator-error.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { runProcess, startProcess } from "../../support/process.ts"
import { thrownBy } from "../../support/thrown.ts"

test(".env is read, and the environment wins over it", async () => {
  using folder = temporaryFolder()
  await Bun.write(join(folder.path, ".env"), `PORT=99999\nLOG_LEVEL=loud\nDATA_DIR=${folder.path}\n`)
  const { stderr, status } = await runProcess([], { LOG_LEVEL: "info" }, { cwd: folder.path })
  expect(status).toBe(78)
  expect(stderr).toBe("PORT=99999 is wrong: it must be a whole number from 0 to 65535. For example: PORT=3000\n")
})

test("help for one command is had in every usual way, and comes before any mistake beside it", async () => {
  const own = helpOf("backup", commands["backup"]!)
  const beside = ["--port", "1", "backup", "x", "--hlep", "--help"]
  for (const argv of [["help", "backup"], ["backup", "--help"], ["backup", "-h"], beside])
    expect(await helpOrVersion(argv), argv.join(" ")).toBe(own)
  for (const argv of [["version"], ["--version"], ["-v"], ["serve", "--version"]])
    expect(await helpOrVersion(argv), argv.join(" ")).toBe(version)
  for (const argv of [[], ["serve"], ["backup", "help"], ["token", "check", "--", "--help"]])
    expect(await helpOrVersion(argv), argv.join(" ")).toBeUndefined()
  expect(await runProcess(["backup", "--help"])).toEqual({ stdout: `${own}\n`, stderr: "", status: 0 })
})

test("a mistake is told in a sentence, with the name that was meant and status 78", async () => {
  expect(await runProcess(["--prot", "1"])).toEqual({
    stdout: "",
    stderr: 'There is no flag --prot. Did you mean --port? See "warren help".\n',
    status: 78,
  })
  const told: readonly (readonly [argv: readonly string[], sentence: string])[] = [
    [["--log-lvel=info"], 'There is no flag --log-lvel. Did you mean --log-level? See "warren help".'],
    [
      ["--database-url", "x"],
      'There is no flag --database-url: set the variable DATABASE_URL. See "warren serve --help".',
    ],
    [["-x"], 'There is no flag -x. See "warren help".'],
    [["servr"], 'There is no command "servr". Did you mean serve? See "warren help".'],
    [["constructor"], 'There is no command "constructor". See "warren help".'],
    [["dance"], 'There is no command "dance". See "warren help".'],
    [["serve", "now"], '"serve" takes no "now". See "warren help serve".'],
    [["load", "--port", "1"], '"load" takes no --port. See "warren help load".'],
    [["demo", "--data-dir", "x"], '"demo" takes no --data-dir. See "warren help demo".'],
    [["--port"], '--port needs a value: --port PORT. See "warren help".'],
    [["--port", "--host", "x"], '--port needs a value: --port PORT. See "warren help".'],
    [["load", "--check=yes"], '--check takes no value. See "warren help".'],
  ]
  for (const [argv, sentence] of told)
    expect(thrownBy(OperatorError, () => readArguments(argv, commands)).message).toBe(sentence)
  const refused: readonly (readonly [argv: readonly string[], sentence: string])[] = [
    [["import", "slak", "x.zip"], '"import" knows no "slak". Did you mean slack? See "warren help import".'],
    [["import", "constructor", "x.zip"], '"import" knows no "constructor". See "warren help import".'],
    [["user", "deactivte", "bob"], '"user" knows no "deactivte". Did you mean deactivate? See "warren help user".'],
    [["backup", "s3://bucket/x"], "A command makes backups in a folder: copy one to the bucket, or let the server"],
  ]
  for (const [argv, sentence] of refused) {
    const { command, args } = readArguments(argv, commands)
    await expect(command.run(args)).rejects.toThrow(sentence)
  }
})

test("a port in use, a folder that cannot be written and a file that is no database are one sentence each", async () => {
  using folder = temporaryFolder()
  await using server = await startProcess({ DATA_DIR: join(folder.path, "one") })
  const { port } = new URL(server.url)
  symlinkSync(join(folder.path, "unmounted"), join(folder.path, "link"))
  const refusals = [
    [{ PORT: port, DATA_DIR: join(folder.path, "two") }, `Port ${port} on 127.0.0.1 is in use: stop the program`],
    [{ PORT: "0", DATA_DIR: join(folder.path, "one") }, "Another Warren is using the folder"],
    [{ PORT: "0", DATA_DIR: "/dev/null/data" }, "/dev/null/data is not a folder: set DATA_DIR"],
    [{ PORT: "0", DATA_DIR: folder.path, HOST: "203.0.113.7" }, "Cannot listen on 203.0.113.7, port 0"],
    [
      { PORT: "0", DATA_DIR: join(folder.path, "two"), METRICS_ADDRESS: `127.0.0.1:${port}` },
      `Port ${port} on 127.0.0.1 is in use: stop the program that listens there, or choose another with METRICS_ADDRESS.`,
    ],
    [
      { PORT: "0", DATA_DIR: join(folder.path, "link") },
      "link is a link to a folder that is not there: mount its disk, or make it.",
    ],
    [
      { PORT: "0", DATA_DIR: folder.path, HOST: "nope.invalid" },
      "HOST=nope.invalid is no name that this machine knows",
    ],
    [{ PORT: "0", DATA_DIR: join(folder.path, "three") }, "warren.db is not a database, or is damaged"],
  ] as const
  await Bun.write(join(folder.path, "three/warren.db"), "not a database".repeat(100))
  for (const [environment, sentence] of refusals) {
    const { stdout, stderr, status } = await runProcess([], environment)
    expect(stderr).toContain(sentence)
    expect(stderr.trim().split("\n")).toHaveLength(1)
    expect([stdout, status]).toEqual(["", 1])
  }
})

test("a wrong Bun is told in a sentence", async () => {
  // The version is all that the check reads; a runtime of another one cannot be had here.
  const pretend = "Object.defineProperty(process.versions, 'bun', { value: '1.3.9' }); await import(process.argv[1])"
  const main = join(import.meta.dir, "../../../src/main.ts")
  const { stderr, status } = await runProcess(["-e", pretend, main], {}, { command: [process.execPath] })
  expect(stderr).toBe(
    "Warren needs Bun 1.4.5 or newer and this is Bun 1.3.9: start it with npx --yes --allow-scripts=bun bun@1.4.5 run start\n",
  )
  expect(status).toBe(1)
})

test("the data is its user's alone, also in a folder that others may enter", async () => {
  using folder = temporaryFolder()
  chmodSync(folder.path, 0o755)
  await using _server = await startProcess({ DATA_DIR: folder.path })
  const files = readdirSync(folder.path)
  expect(files).toContain("warren.db-wal")
  for (const file of files) expect(statSync(join(folder.path, file)).mode & 0o077, file).toBe(0)
})

test("[AUTH1] the summary is one JSON line when nobody watches, and warns that names are not checked", async () => {
  using folder = temporaryFolder()
  await using server = await startProcess({ DATA_DIR: folder.path })
  expect(server.summary).toMatchObject({
    event: "listening",
    hostFrom: "environment",
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    dataFile: join(folder.path, "warren.db"),
    rooms: 1,
    messages: 0,
    auth: "open",
    warning: expect.stringContaining("anyone can use any name"),
  })
})
