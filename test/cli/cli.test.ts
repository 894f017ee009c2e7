import { describe, expect, test } from "bun:test"
import { chmodSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { version } from "../../package.json"
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
      "--port 65536 is wrong: it must be a whole number from 0 to 65535. This would do: --port 3000",
      "RATE_LIMITS=maybe is wrong: it must be on or off. This would do: RATE_LIMITS=on",
      "LOG_LEVEL=loud is wrong: it must be debug or info or warning or error. This would do: LOG_LEVEL=info",
    ])
  })

  test("every default and every example obeys its own rule", () => {
    expect(readConfig({}, {})).toBeDefined()
    for (const { flag, variable, example } of Object.values<Setting>(settings)) {
      // A secret's is a command that makes one: one that is printed here would soon be everybody's.
      if (flag !== undefined) expect(() => readConfig({}, { [variable]: example })).not.toThrow()
    }
  })

  test(".env is read, and the environment wins over it", async () => {
    using folder = temporaryFolder()
    await Bun.write(join(folder.path, ".env"), `PORT=99999\nLOG_LEVEL=loud\nDATA_DIR=${folder.path}\n`)
    const { stderr, status } = await runProcess([], { LOG_LEVEL: "info" }, { cwd: folder.path })
    expect(status).toBe(78)
    expect(stderr).toBe("PORT=99999 is wrong: it must be a whole number from 0 to 65535. This would do: PORT=3000\n")
  })
})

describe("the command line", () => {
  test("--help names every setting, --version the version", async () => {
    const help = await runProcess(["--help"])
    expect(help.status).toBe(0)
    for (const { flag, variable } of Object.values<Setting>(settings)) {
      const line = flag === undefined ? `${variable} .*\\[variable only` : `--${flag} .*\\[${variable}[,\\]]`
      expect(help.stdout).toMatch(new RegExp(line))
    }
    expect(await runProcess(["--version"])).toEqual({ stdout: `${version}\n`, stderr: "", status: 0 })
  })

  test("an unknown flag or command is told in a sentence, with status 78", async () => {
    expect(await runProcess(["--prot", "1"])).toEqual({
      stdout: "",
      stderr: "Unknown option '--prot'; --help lists the flags.\n",
      status: 78,
    })
    expect(await runProcess(["serve", "now"])).toMatchObject({
      stderr: '"serve" takes no "now"; --help shows how it is written.\n',
      status: 78,
    })
    expect(await runProcess(["dance"])).toMatchObject({
      stderr: 'There is no command "dance"; --help lists them.\n',
      status: 78,
    })
  })

  test("a port in use, a folder that cannot be written and a file that is no database are one sentence each", async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: join(folder.path, "one") })
    const { port } = new URL(server.url)
    const refusals = [
      [{ PORT: port, DATA_DIR: join(folder.path, "two") }, `Port ${port} on 127.0.0.1 is in use: stop the program`],
      [{ PORT: "0", DATA_DIR: join(folder.path, "one") }, "Another Warren is using the folder"],
      [{ PORT: "0", DATA_DIR: "/dev/null/data" }, "/dev/null/data is not a folder: set DATA_DIR"],
      [{ PORT: "0", DATA_DIR: folder.path, HOST: "203.0.113.7" }, "Cannot listen on 203.0.113.7, port 0"],
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

  test("[AUTH1] the summary is one JSON line when nobody watches, and warns that clients are believed", async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path })
    expect(server.summary).toMatchObject({
      event: "listening",
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      dataFile: join(folder.path, "warren.db"),
      rooms: 1,
      messages: 0,
      auth: "open",
      warning: expect.stringContaining("clients say who they are"),
    })
  })
})

function errorOf(call: () => unknown): OperatorError {
  try {
    call()
  } catch (error) {
    return error as OperatorError
  }
  throw new Error("accepted")
}
