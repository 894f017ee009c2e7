import { describe, expect, test } from "bun:test"
import { chmodSync, readdirSync, statSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { version } from "../../package.json"
import { flagsOfCommand, readArguments } from "../../src/cli/arguments.ts"
import { helpOrVersion } from "../../src/cli/cli.ts"
import { commands } from "../../src/cli/commands.ts"
import { helpOf } from "../../src/cli/help.ts"
import { hostSource } from "../../src/cli/run-server.ts"
import { serveCommand } from "../../src/cli/serve.ts"
import { readConfig, type Setting, settings } from "../../src/config.ts"
import type { OperatorError } from "../../src/observe/operator-error.ts"
import { temporaryFolder } from "../support/folder.ts"
import { runProcess, startProcess } from "../support/process.ts"

describe("settings", () => {
  test("flags win over the environment, which wins over the defaults; an empty variable is not set", () => {
    expect(readConfig({}, {})).toMatchObject({ host: "127.0.0.1", port: 3000, dataDir: "./data", logLevel: "info" })
    expect(readConfig({ port: "1" }, { PORT: "2", HOST: "::1", DATA_DIR: "" })).toMatchObject({
      port: 1,
      host: "::1",
      dataDir: "./data",
    })
  })

  test("all mistakes are told at once, each with its name, value, rule and remedy, and status 78", () => {
    const mistakes = errorOf(() => readConfig({ port: "65536" }, { LOG_LEVEL: "loud", RATE_LIMITS: "maybe" }))
    expect(mistakes.status).toBe(78)
    expect(mistakes.message.split("\n")).toEqual([
      "--port 65536 is wrong: it must be a whole number from 0 to 65535. For example: --port 3000",
      "RATE_LIMITS=maybe is wrong: it must be on or off. For example: RATE_LIMITS=on",
      "LOG_LEVEL=loud is wrong: it must be debug, info, warning or error. For example: LOG_LEVEL=info",
    ])
  })

  test("backups by the server need how often and where, and a folder to copy", () => {
    const told = (environment: Record<string, string>) => errorOf(() => readConfig({}, environment)).message
    expect(told({ BACKUP_EVERY: "1d" })).toBe("BACKUP_EVERY needs BACKUP_DIR as well, such as /var/backups/warren")
    expect(told({ BACKUP_DIR: "/b" })).toBe("BACKUP_DIR needs BACKUP_EVERY as well, such as 24h")
    expect(told({ BACKUP_EVERY: "30s", BACKUP_DIR: "/b" })).toStartWith(
      "BACKUP_EVERY=30s is wrong: it must be a time such as 12h or 1d (m, h, d), at least 1m.",
    )
    expect(told({ BACKUP_EVERY: "1d", BACKUP_DIR: "s3://key@bucket" })).toStartWith(
      "BACKUP_DIR=s3://key@bucket is wrong: it must be s3:// with a bucket and perhaps a folder in it, and without a key.",
    )
    expect(readConfig({}, { BACKUP_EVERY: "1d", BACKUP_DIR: "s3://bucket/in" }).backupDir).toBe("s3://bucket/in")
    const postgres = { DATABASE_URL: "postgres://h/d", BACKUP_EVERY: "1d", BACKUP_DIR: "/b" }
    expect(told(postgres)).toStartWith("BACKUP_EVERY is for data in a folder: back PostgreSQL up with pg_dump")
    const { backupEvery, backupKeep } = readConfig({}, { BACKUP_EVERY: "90m", BACKUP_DIR: "/b" })
    expect([backupEvery, backupKeep]).toEqual([5_400_000, 7])
  })

  test("a token for metrics is one that a header can carry", () => {
    const told = (token: string) => errorOf(() => readConfig({}, { METRICS_TOKEN: token })).message
    const blank = "METRICS_TOKEN is wrong: it must be of ASCII letters, digits and signs, without blanks."
    expect(told("correct horse battery staple, of 4 words")).toStartWith(blank)
    expect(told("ein-Schlüssel-von-zweiunddreißig-Bytes")).toStartWith(blank)
    expect(told("too-short")).toStartWith("METRICS_TOKEN is wrong: it must be at least 32 bytes long.")
  })

  test("every default and every example obeys its own rule", () => {
    const together: Record<string, Record<string, string>> = {
      BACKUP_: { BACKUP_EVERY: "1d", BACKUP_DIR: "backups" },
      OIDC_: {
        AUTH: "accounts",
        OIDC_ISSUER: "https://id.example.com",
        OIDC_CLIENT_ID: "warren",
        OIDC_CLIENT_SECRET: "a secret",
        OIDC_GROUP: "chat",
      },
    }
    expect(readConfig({}, {})).toBeDefined()
    for (const { flag, variable, example } of Object.values<Setting>(settings)) {
      const beside = Object.entries(together).find(([beginning]) => variable.startsWith(beginning))?.[1]
      // A secret's is a command that makes one: one that is printed here would soon be everybody's.
      if (flag !== undefined) expect(() => readConfig({}, { ...beside, [variable]: example })).not.toThrow()
    }
  })

  test(".env is read, and the environment wins over it", async () => {
    using folder = temporaryFolder()
    await Bun.write(join(folder.path, ".env"), `PORT=99999\nLOG_LEVEL=loud\nDATA_DIR=${folder.path}\n`)
    const { stderr, status } = await runProcess([], { LOG_LEVEL: "info" }, { cwd: folder.path })
    expect(status).toBe(78)
    expect(stderr).toBe("PORT=99999 is wrong: it must be a whole number from 0 to 65535. For example: PORT=3000\n")
  })
})

describe("the command line", () => {
  test("help names every command, and a command's own help its flags and settings, in 80 columns, with an example", async () => {
    const all = helpOrVersion(["help"]) ?? ""
    for (const form of ["--help", "-h"]) expect(helpOrVersion([form])).toBe(all)
    expect(linesOver80(all)).toEqual([])
    for (const [name, command] of Object.entries(commands)) {
      expect(all).toMatch(new RegExp(`^  ${name} +\\S`, "m"))
      const own = helpOf(name, command)
      expect(linesOver80(own)).toEqual([])
      for (const flag of flagsOfCommand(command)) expect(own).toContain(`  --${flag.name}`)
      expect(own).toMatch(/\nExamples\n {2}# .*\n {2}.*warren/)
    }
    const serve = helpOf("serve", serveCommand)
    for (const { flag, variable } of Object.values<Setting>(settings)) {
      const entry =
        flag === undefined ? `${variable} [^\\]]*\\[variable\\s+only` : `--${flag} [^]*?\\[${variable}[,\\]]`
      expect(serve).toMatch(new RegExp(entry))
    }
  })

  test("help for one command is had in every usual way, and comes before any mistake beside it", async () => {
    const own = helpOf("backup", commands["backup"]!)
    const beside = ["--port", "1", "backup", "x", "--hlep", "--help"]
    for (const argv of [["help", "backup"], ["backup", "--help"], ["backup", "-h"], beside])
      expect(helpOrVersion(argv), argv.join(" ")).toBe(own)
    for (const argv of [["version"], ["--version"], ["-v"], ["serve", "--version"]])
      expect(helpOrVersion(argv), argv.join(" ")).toBe(version)
    for (const argv of [[], ["serve"], ["backup", "help"], ["token", "check", "--", "--help"]])
      expect(helpOrVersion(argv), argv.join(" ")).toBeUndefined()
    expect(await runProcess(["backup", "--help"])).toEqual({ stdout: `${own}\n`, stderr: "", status: 0 })
  })

  test("an example of the help is a command line that is understood", () => {
    for (const { examples } of Object.values(commands)) {
      expect(examples.length).toBeGreaterThan(0)
      for (const [, line] of examples) {
        const [, words = ""] = /^(?:[A-Z_]+=\S+ )*warren ?([^|>]*)/.exec(line) ?? []
        const argv = words.match(/"[^"]*"|\S+/g) ?? []
        expect(() => readArguments(argv, commands), line).not.toThrow()
      }
    }
  })

  test("a mistake is told in a sentence, with the name that was meant and status 78", async () => {
    expect(await runProcess(["--prot", "1"])).toEqual({
      stdout: "",
      stderr: 'There is no flag --prot. Did you mean --port? See "warren help".\n',
      status: 78,
    })
    const told: readonly (readonly [argv: readonly string[], sentence: string])[] = [
      [["--log-lvel=info"], 'There is no flag --log-lvel. Did you mean --log-level? See "warren help".'],
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
    for (const [argv, sentence] of told) expect(errorOf(() => readArguments(argv, commands)).message).toBe(sentence)
    const refused: readonly (readonly [argv: readonly string[], sentence: string])[] = [
      [["import", "slak", "x.zip"], '"import" knows no "slak". Did you mean slack? See "warren help import".'],
      [["user", "deactivte", "bob"], '"user" knows no "deactivte". Did you mean deactivate? See "warren help user".'],
      [["backup", "s3://bucket/x"], "A command makes backups in a folder: copy one to the bucket, or let the server"],
    ]
    for (const [argv, sentence] of refused) {
      const { command, args } = readArguments(argv, commands)
      await expect(command.run(args)).rejects.toThrow(sentence)
    }
  })

  test("a value may stand behind a space or =, words behind -- are no flags, and the last of two wins", () => {
    const { name, args } = readArguments(["--port", "1", "--host=a=b", "backup", "--data-dir=", "--", "--x"], {
      backup: { ...commands["backup"]!, settings: ["port", "host", "dataDir"] },
    })
    expect([name, args.positionals, args.flags]).toEqual([
      "backup",
      ["--x"],
      { port: "1", host: "a=b", "data-dir": "" },
    ])
    expect(readArguments(["--port", "1", "--port", "2"], commands).args.flags).toEqual({ port: "2" })
    expect(readArguments(["load", "--check", "-"], commands).args).toMatchObject({ positionals: ["-"] })
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

  test("a HOST that nobody typed is told as that, and --host is not", () => {
    expect(hostSource({}, { HOST: "0.0.0.0" })).toBe("environment")
    for (const [flags, environment] of [
      [{ host: "127.0.0.1" }, { HOST: "0.0.0.0" }],
      [{}, { HOST: "" }],
      [{}, {}],
    ] as const)
      expect(hostSource(flags, environment)).toBeUndefined()
  })

  test("a wrong Bun is told in a sentence", async () => {
    // The version is all that the check reads; a runtime of another one cannot be had here.
    const pretend = "Object.defineProperty(process.versions, 'bun', { value: '1.3.9' }); await import(process.argv[1])"
    const main = join(import.meta.dir, "../../src/main.ts")
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
})

function linesOver80(text: string): string[] {
  return text.split("\n").filter((line) => line.length > 80)
}

function errorOf(call: () => unknown): OperatorError {
  try {
    call()
  } catch (error) {
    return error as OperatorError
  }
  throw new Error("accepted")
}
