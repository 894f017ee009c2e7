/** What signals and broken pipes do to a running server: it stops cleanly or not at all. */
import { expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { toldToStop } from "../../../src/cli/signals.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { recordLog } from "../../support/log.ts"
import { runProcess, sourceCommand, startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"

test("signals that other programs take for a reload do not end it, and are told", async () => {
  using folder = temporaryFolder()
  const stderr = Bun.file(join(folder.path, "log"))
  await using server = await startProcess({ DATA_DIR: folder.path, LOG_LEVEL: "info" }, { stderr })
  process.kill(server.pid, "SIGHUP")
  await until("the reload is told", async () => (await stderr.text()).includes("The settings were read again"))
  const signals = ["SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXFSZ", "SIGXCPU"] as const
  for (const signal of signals) {
    process.kill(server.pid, signal)
    await until(`${signal} is told`, async () => (await stderr.text()).includes(`${signal} has no effect here`))
  }
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
})

test("nor do they end a start that takes long", async () => {
  using folder = temporaryFolder()
  const stderr = Bun.file(join(folder.path, "log"))
  // Takes connections, and says nothing.
  const connected = Promise.withResolvers<void>()
  using silent = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { open: () => connected.resolve(), data: () => {} },
  })
  await using starting = Bun.spawn([...sourceCommand], {
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: `postgres://warren@127.0.0.1:${silent.port}/warren`,
      PORT: "0",
      LOG_LEVEL: "info",
    },
    stdout: "ignore",
    stderr,
  })
  await connected.promise
  starting.kill("SIGHUP")
  await until("it is told", async () => (await stderr.text()).includes("SIGHUP has no effect while the server starts."))
  // By itself, since PostgreSQL was not reached.
  await starting.exited
  expect([starting.signalCode, starting.exitCode]).toEqual([null, 1])
})

test("SIGINT, SIGTERM and SIGQUIT stop it cleanly", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGQUIT"] as const) {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path })
    expect(await server.stop(signal), signal).toBe(0)
    // The database folds its log in when it is closed, and only then.
    expect(existsSync(join(folder.path, "warren.db-wal")), signal).toBe(false)
  }
})

test("a terminal that is closed stops it; without a terminal that signal is one of those that do not", async () => {
  using log = recordLog()
  const told: boolean[] = []
  void toldToStop({ hasTerminal: false }).then(() => told.push(false))
  void toldToStop({ hasTerminal: true }).then(() => told.push(true))
  process.emit("SIGHUP", "SIGHUP")
  await Promise.resolve()
  await Promise.resolve()
  expect(told).toEqual([true])
  // The one without a terminal said so, and the other outlives what the shell sends besides.
  expect(log.messages).toEqual(["SIGHUP has no effect here; SIGTERM stops the server."])
  expect(process.listenerCount("SIGHUP")).toBe(2)
  process.emit("SIGTERM")
  await Promise.resolve()
  await Promise.resolve()
  expect(told).toEqual([true, false])
  for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXFSZ", "SIGXCPU"])
    process.removeAllListeners(signal)
})

test("a log on a full disk, and output to a reader that is gone, neither end it nor print a stack", async () => {
  using folder = temporaryFolder()
  const full = Bun.file("/dev/full")
  await using server = await startProcess({ DATA_DIR: folder.path, LOG_LEVEL: "info" }, { stderr: full })
  process.kill(server.pid, "SIGHUP")
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  expect(await server.stop()).toBe(0)

  const command = [...sourceCommand, "limits"].join(" ")
  expect(await runProcess(["-c", `${command} > /dev/full`], {}, { command: ["sh"] })).toEqual({
    stdout: "",
    stderr: "Standard output could not be written (ENOSPC).\n",
    status: 1,
  })
  const { stderr } = await runProcess(["-c", `(sleep 0.2; ${command}) | true`], {}, { command: ["sh"] })
  expect(stderr).toBe("")
})
