/** SIGHUP on a running server: what can change does, what cannot is told, a mistake changes nothing. */
import { expect, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { reloading } from "../../../src/cli/reload.ts"
import { type Config, readConfig } from "../../../src/config.ts"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { recordLog } from "../../support/log.ts"
import { runProcess, sourceCommand, startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"

const [first, second] = ["the first secret of the test, long enough", "the second secret of the test, long enough"]

test("[AUTH2] a new secret and a new level are taken from .env by SIGHUP, with nobody cut off", async () => {
  using folder = temporaryFolder()
  const env = (secret: string, level: string) =>
    writeFileSync(join(folder.path, ".env"), `AUTH=token\nAUTH_SECRET="${secret}"\nLOG_LEVEL=${level} # for now\n`)
  env(first, "info")
  const stderr = Bun.file(join(folder.path, "log"))
  const command = ["env", "-u", "LOG_LEVEL", ...sourceCommand]
  await using server = await startProcess(
    { DATA_DIR: join(folder.path, "data") },
    { command, cwd: folder.path, stderr },
  )
  const tokenOf = async (secret: string) =>
    (await runProcess(["token", "--user", "ann"], { AUTH_SECRET: secret }, { cwd: "/" })).stdout.trim()
  const [old, fresh] = await Promise.all([tokenOf(first), tokenOf(second)])
  const enter = (token: string) => connect(server.url, ["websocket"], { auth: { token }, reconnection: false })
  await using there = await enter(old)
  await expect(enter(fresh)).rejects.toThrow()

  env(second, "warning")
  process.kill(server.pid, "SIGHUP")
  await until("it takes the new one", () =>
    enter(fresh).then(
      async (client) => {
        await client[Symbol.asyncDispose]()
        return true
      },
      () => false,
    ),
  )
  await expect(enter(old)).rejects.toThrow()
  expect(there.socket.connected).toBe(true)
  env("short", "debug")
  process.kill(server.pid, "SIGHUP")
  await until("the mistake is told", async () => (await stderr.text()).includes("were not read again"))
  await using _still = await enter(fresh)
  expect(await stderr.text()).not.toContain("secret of the test")
  expect(await server.stop()).toBe(0)
}, 60_000)

test("the environment and flags win as at the start; what takes a restart is told and left", () => {
  using folder = temporaryFolder()
  using log = recordLog()
  const write = (text: string) => writeFileSync(join(folder.path, ".env"), text)
  write("LOG_LEVEL=info\nPORT=4000\nLIST_ROOMS=on\n")
  // As the runtime makes it of that .env.
  const environment = { LOG_LEVEL: "info", PORT: "4000", LIST_ROOMS: "off" }
  const config = readConfig({}, environment)
  const reload = reloading({ flags: {}, config, folder: folder.path, environment })
  const applied: Config[] = []
  write("LOG_LEVEL='debug'\nPORT=5000\nLIST_ROOMS=on\n")
  reload((next) => applied.push(next))
  expect(applied[0]).toEqual({ ...config, logLevel: "debug" })
  expect(log.messages).toEqual([
    "The settings were read again: changed LOG_LEVEL.",
    "PORT changed as well, which takes a restart.",
  ])
  const flagged = reloading({ flags: { "log-level": "error" }, config, folder: folder.path, environment })
  write("LOG_LEVEL=warning\n")
  flagged((next) => applied.push(next))
  expect(applied[1]?.logLevel).toBe("error")
  write("LOG_LEVEL=loud\n")
  reload((next) => applied.push(next))
  expect(applied).toHaveLength(2)
  expect(log.messages.at(-1)).toMatch(
    /^The settings were not read again, and are as they were: .*LOG_LEVEL=loud is wrong/,
  )
  write("AUTH_SECRET=a$b\n")
  reload((next) => applied.push(next))
  expect(log.messages.at(-1)).toContain("AUTH_SECRET in .env holds a $")
})

test("[AUTH2] keys that come or go with another AUTH wait for the restart that it takes", () => {
  using folder = temporaryFolder()
  using log = recordLog()
  const write = (text: string) => writeFileSync(join(folder.path, ".env"), text)
  const environment = { AUTH: "token", AUTH_SECRET: first }
  write(`AUTH=token\nAUTH_SECRET=${first}\n`)
  const config = readConfig({}, environment)
  const reload = reloading({ flags: {}, config, folder: folder.path, environment })
  const applied: Config[] = []
  write("AUTH=accounts\nLOG_LEVEL=debug\n")
  reload((next) => applied.push(next))
  expect(applied).toEqual([{ ...config, logLevel: "debug" }])
  expect(log.messages).toEqual([
    "The settings were read again: changed LOG_LEVEL.",
    "AUTH, AUTH_SECRET changed as well, which takes a restart.",
  ])
})

test("what another variable stands in is as the runtime read it at the start, and so it stays", () => {
  using folder = temporaryFolder()
  using log = recordLog()
  const written = "sec$ret of the environment, long enough"
  const write = (level: string) =>
    writeFileSync(
      join(folder.path, ".env"),
      `PUBLIC_URL=https://$DOMAIN\nDATA_DIR=\${HOME}/data\nAUTH_SECRET=${written}\nLOG_LEVEL=${level}\n`,
    )
  write("info")
  const environment = {
    PUBLIC_URL: "https://chat.example.com",
    DATA_DIR: "/home/ann/data",
    AUTH: "token",
    AUTH_SECRET: written,
    LOG_LEVEL: "info",
  }
  const reload = reloading({ flags: {}, config: readConfig({}, environment), folder: folder.path, environment })
  write("error")
  let heeded: Config | undefined
  reload((next) => {
    heeded = next
  })
  expect(heeded).toMatchObject({ publicUrl: "https://chat.example.com", dataDir: "/home/ann/data", logLevel: "error" })
  expect(log.messages).toEqual(["The settings were read again: changed LOG_LEVEL."])
  writeFileSync(join(folder.path, ".env"), "LOG_LEVEL=$LEVEL\n")
  heeded = undefined
  reload((next) => {
    heeded = next
  })
  expect([heeded, log.messages.at(-1)]).toEqual([undefined, expect.stringContaining("LOG_LEVEL in .env holds a $")])
})
