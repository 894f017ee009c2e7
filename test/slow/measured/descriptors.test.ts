/** The server with few file descriptors, and more connections than those: it says so, rests, and works on. */
import { expect } from "bun:test"
import { readFileSync } from "node:fs"
import { connect as connectSocket } from "node:net"
import { join } from "node:path"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { sourceCommand, startProcess } from "../../support/process.ts"
import { missing, testUnless } from "../../support/programs.ts"
import { until } from "../../support/until.ts"

const secondsWatched = 2
/** Linux counts in these on every machine that Bun runs on. */
const ticksPerSecond = 100

testUnless(missing("prlimit", "util-linux"))(
  "out of file descriptors, it tells so once, leaves the processor alone, and whoever is there talks on",
  async () => {
    using folder = temporaryFolder()
    const logFile = Bun.file(join(folder.path, "log"))
    const command = ["prlimit", "--nofile=64:64", ...sourceCommand]
    await using server = await startProcess({ DATA_DIR: join(folder.path, "data") }, { command, stderr: logFile })
    await using ann = await connect(server.url)
    const sockets = Array.from({ length: 80 }, () => connectSocket(Number(new URL(server.url).port), "127.0.0.1"))
    for (const socket of sockets) socket.on("error", () => {})
    const lines = async () => (await logFile.text()).split("\n").filter((line) => line.includes("file descriptor"))
    await until("it has told so", async () => (await lines()).length > 0)

    const before = processorSeconds(server.pid)
    await Bun.sleep(secondsWatched * 1_000)
    expect(processorSeconds(server.pid) - before).toBeLessThan(secondsWatched * 0.3)
    expect(await ann.ask("create_room", { name: "General", userId: "ann" })).toMatchObject({ ok: true })

    for (const socket of sockets) socket.destroy()
    await until("somebody new can connect", () => fetch(`${server.url}/healthz`).then(({ ok }) => ok))
    expect(await lines()).toHaveLength(1)
    expect(await server.stop()).toBe(0)
  },
  60_000,
)

/** What the process has used, in the kernel and outside. */
function processorSeconds(pid: number): number {
  const [, user, system] = /\) \S(?: \S+){10} (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? []
  return (Number(user) + Number(system)) / ticksPerSecond
}
