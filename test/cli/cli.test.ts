import { describe, expect, test } from "bun:test"
import { flagsOfCommand, readArguments } from "../../src/cli/arguments.ts"
import { helpOrVersion } from "../../src/cli/cli.ts"
import { commands } from "../../src/cli/commands.ts"
import { helpOf } from "../../src/cli/help.ts"
import { hostSource } from "../../src/cli/run-server.ts"
import { serveCommand } from "../../src/cli/serve.ts"
import { readConfig, type Setting, settings } from "../../src/config.ts"
import { OperatorError } from "../../src/observe/operator-error.ts"
import { thrownBy } from "../support/thrown.ts"

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
    const mistakes = thrownBy(OperatorError, () =>
      readConfig({ port: "65536" }, { LOG_LEVEL: "loud", RATE_LIMITS: "maybe" }),
    )
    expect(mistakes.status).toBe(78)
    expect(mistakes.message.split("\n")).toEqual([
      "--port 65536 is wrong: it must be a whole number from 0 to 65535. For example: --port 3000",
      "RATE_LIMITS=maybe is wrong: it must be on or off. For example: RATE_LIMITS=on",
      "LOG_LEVEL=loud is wrong: it must be debug, info, warning or error. For example: LOG_LEVEL=info",
    ])
  })

  test("a value of nothing, or with a blank at an end, is told in quotes", () => {
    const mistakes = thrownBy(OperatorError, () => readConfig({ port: "" }, { LOG_LEVEL: "info " })).message
    expect(mistakes).toMatch(/^--port "" is wrong: .*\nLOG_LEVEL="info " is wrong: /)
  })

  test("backups by the server need how often and where, and a folder to copy", () => {
    const told = (environment: Record<string, string>) =>
      thrownBy(OperatorError, () => readConfig({}, environment)).message
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
    const told = (token: string) => thrownBy(OperatorError, () => readConfig({}, { METRICS_TOKEN: token })).message
    const blank = "METRICS_TOKEN is wrong: it must be of ASCII letters, digits and signs, without blanks."
    expect(told("correct horse battery staple, of 4 words")).toStartWith(blank)
    expect(told("ein-Schlüssel-von-zweiunddreißig-Bytes")).toStartWith(blank)
    expect(told("too-short")).toStartWith("METRICS_TOKEN is wrong: it must be at least 32 bytes long.")
  })

  test("every default and every example obeys its own rule", () => {
    const together: Record<string, Record<string, string>> = {
      AUTH_: { AUTH: "token", AUTH_JWKS: "jwks.json", AUTH_ISSUER: "https://id.example.com", AUTH_AUDIENCE: "warren" },
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
})

describe("the command line", () => {
  test("help names every command, and a command's own help its flags and settings, in 80 columns, with an example", async () => {
    const all = (await helpOrVersion(["help"])) ?? ""
    for (const form of ["--help", "-h"]) expect(await helpOrVersion([form])).toBe(all)
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

  test("a HOST that nobody typed is told as that, and --host is not", () => {
    expect(hostSource({}, { HOST: "0.0.0.0" })).toBe("environment")
    for (const [flags, environment] of [
      [{ host: "127.0.0.1" }, { HOST: "0.0.0.0" }],
      [{}, { HOST: "" }],
      [{}, {}],
    ] as const)
      expect(hostSource(flags, environment)).toBeUndefined()
  })
})

function linesOver80(text: string): string[] {
  return text.split("\n").filter((line) => line.length > 80)
}
