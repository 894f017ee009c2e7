/** `bun run cluster`, as somebody who tries it: one chat at three addresses, until Ctrl-C, and nothing that stays. */
import { expect, test } from "bun:test"
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { connect, createRoom, joined } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { postgresMissing } from "../support/postgres.ts"
import { runProcess } from "../support/process.ts"
import { testUnless } from "../support/programs.ts"
import { redisMissing } from "../support/redis.ts"
import { until } from "../support/until.ts"

const smallLoad = ["--clients", "6", "--rooms", "2", "--rate", "20", "--seconds", "1"]
const root = join(import.meta.dir, "../..")
const command = [process.execPath, join(root, "deploy/cluster/run.ts")]

testUnless(postgresMissing() ?? redisMissing())(
  "[NODE1] bun run cluster is one chat at three addresses, also without one of its servers, and keeps nothing",
  async () => {
    using folder = temporaryFolder()
    const child = startIn(folder.path)
    const log = new Response(child.stderr).text()
    try {
      const told = await textUpTo(child.stdout, "Ctrl-C ends all of it.")
      const addresses = Array.from(told.matchAll(/Warren \d +(http:\S+)/g), ([, url = ""]) => url)
      const [here = "", there = ""] = addresses
      expect(addresses).toHaveLength(3)
      const room = await createRoom(here)
      await using ann = await joined(here, room, "ann")
      await using bob = await joined(there, room, "bob")
      const { stdout, status } = await runProcess(["load", here, ...smallLoad, "--check"])
      expect([status, stdout]).toEqual([0, expect.stringMatching(/Verdict {5}sound\n$/)])
      process.kill(Number(/kill -9 (\d+)/.exec(told)?.[1]), "SIGKILL")
      await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "still here" })
      expect(await bob.messages(1)).toMatchObject([{ content: "still here" }])
      await expect(connect(addresses[2] ?? "", ["websocket"], { reconnection: false })).rejects.toThrow()
    } finally {
      process.kill(-child.pid, "SIGINT")
    }
    expect([await child.exited, await log]).toEqual([0, expect.not.stringMatching(/error|warn/i)])
    expect(readdirSync(folder.path)).toEqual([])
  },
  120_000,
)

testUnless(postgresMissing() ?? redisMissing())(
  "Ctrl-C in the middle of its start, twice, ends all of it",
  async () => {
    using folder = temporaryFolder()
    const child = startIn(folder.path)
    const [told, log] = [child.stdout, child.stderr].map((stream) => new Response(stream).text())
    await until("it begins", async () => readdirSync(folder.path).length > 0)
    process.kill(-child.pid, "SIGINT")
    process.kill(-child.pid, "SIGINT")
    expect([await child.exited, await told, await log]).toEqual([0, "\nStopping.\n", ""])
    expect(readdirSync(folder.path)).toEqual([])
  },
  120_000,
)

testUnless(postgresMissing() ?? redisMissing())(
  "killed without a chance to end anything, it leaves nothing",
  async () => {
    using folder = temporaryFolder()
    const child = startIn(folder.path)
    const told = await textUpTo(child.stdout, "Ctrl-C ends all of it.")
    const ports = Array.from(told.matchAll(/127\.0\.0\.1:(\d+)/g), ([, port]) => Number(port))
    expect(ports).toHaveLength(5)
    child.kill("SIGKILL")
    await until("its folders are gone", () => readdirSync(folder.path).length === 0)
    for (const port of ports) {
      await expect(Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => {} } })).rejects.toThrow()
    }
  },
  120_000,
)

test("what it cannot do it says in a sentence with the remedy, and not with success", async () => {
  using folder = temporaryFolder()
  const bare = join(folder.path, "bin")
  mkdirSync(bare)
  const run = async (args: readonly string[], environment: Record<string, string> = {}) => {
    const { stderr, status } = await runProcess(args, environment, { command })
    return [status, stderr]
  }
  const isEntered = process.getuid?.() !== 0
  expect(await run(["--servers", "4"])).toEqual([78, "bun run cluster takes no --servers: it has no options.\n"])
  if (postgresMissing() !== undefined || redisMissing() !== undefined) return
  const withoutRedis = "redis-server is not installed (try: apt-get install redis-server)"
  const withoutSetpriv =
    "PostgreSQL does not run as root, and setpriv is not installed (try: apt-get install util-linux)"
  expect(await run([], { PATH: bare })).toEqual([
    1,
    `${(isEntered ? [withoutRedis] : [withoutSetpriv, withoutRedis]).join("\n")}\n`,
  ])
  const nowhere = join(folder.path, "nowhere")
  expect(await run([], { TMPDIR: nowhere })).toEqual([
    1,
    `Nothing can be written in ${nowhere} (ENOENT): set TMPDIR to a folder that everybody may write to.\n`,
  ])
  if (isEntered) return
  chmodSync(folder.path, 0o700)
  expect(await run([], { TMPDIR: bare })).toEqual([
    1,
    `PostgreSQL does not run as root, and its user may not enter ${bare}: set TMPDIR to a folder that everybody may.\n`,
  ])
  expect(readdirSync(bare)).toEqual([])
}, 60_000)

testUnless(postgresMissing() ?? redisMissing())(
  "of a program that does not start it says why, and what to do, and ends the other",
  async () => {
    using folder = temporaryFolder()
    // PostgreSQL runs as a user of its own, in a folder of this one.
    chmodSync(folder.path, 0o755)
    const [bin, kept] = [join(folder.path, "bin"), join(folder.path, "kept")]
    for (const path of [bin, kept]) mkdirSync(path)
    const failing = async (program: string, lines: readonly string[]) => {
      writeFileSync(join(bin, program), `#!/bin/sh\n${lines.map((line) => `echo "${line}"\n`).join("")}exit 1\n`)
      chmodSync(join(bin, program), 0o755)
      const environment = { PATH: `${bin}:${process.env["PATH"]}`, TMPDIR: kept }
      const { stderr, stdout, status } = await runProcess([], environment, { command })
      expect([status, stdout, readdirSync(kept)]).toEqual([1, "", []])
      return stderr
    }
    const listening = "Could not create server TCP listening socket 127.0.0.1:6379: bind: Address already in use"
    expect(
      await failing("redis-server", [`# Warning: ${listening}`, "# Failed listening on port 6379 (tcp), aborting."]),
    ).toBe(
      `Redis did not start. The port that was free for it is taken by now: run this again. It said: Warning: ${listening}\n`,
    )
    expect(
      await failing("initdb", ["creating directory ... ok", "FATAL:  No space left on device", "removed it"]),
    ).toBe(
      `PostgreSQL did not start. The disk of ${kept} is full: free some space, or set TMPDIR to another folder. It said: FATAL:  No space left on device\n`,
    )
  },
  60_000,
)

test("its help starts nothing", async () => {
  const { stdout, stderr, status } = await runProcess(["--help"], {}, { command })
  expect([status, stderr, stdout.split("\n")[0]]).toEqual([0, "", "Usage: bun run cluster"])
}, 60_000)

function startIn(folder: string) {
  // PostgreSQL runs as a user of its own, in a folder of this one.
  chmodSync(folder, 0o755)
  return Bun.spawn([...command], {
    cwd: root,
    env: { PATH: process.env["PATH"], TMPDIR: folder },
    stdout: "pipe",
    stderr: "pipe",
    // A group of processes, as a terminal has it.
    detached: true,
  })
}

async function textUpTo(stream: ReadableStream<Uint8Array>, end: string): Promise<string> {
  let text = ""
  for await (const chunk of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    text += chunk
    if (text.includes(end)) return text
  }
  throw new Error(`It ended before it said where it is: ${text}`)
}
