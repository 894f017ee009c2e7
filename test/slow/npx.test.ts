/** The README's command, as a service or a container ends it: by a signal to npx alone. */
import { expect } from "bun:test"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "../support/folder.ts"
import { missing, testUnless } from "../support/programs.ts"
import { until } from "../support/until.ts"

const root = join(import.meta.dir, "../..")
const readme = await Bun.file(join(root, "README.md")).text()

testUnless(missing("npx", "npm"))(
  "a server that npx started stops with it, cleanly, whichever signal ends npx",
  async () => {
    // npm's registry need not be asked for what is there.
    const [, command = ""] = /^npx (.* run start)$/m.exec(readme) ?? []
    expect(command).toContain("bun@")
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      using folder = temporaryFolder()
      const stdout = Bun.file(join(folder.path, "out"))
      const npx = Bun.spawn(["npx", "--prefer-offline", ...command.split(" ")], {
        cwd: root,
        env: { ...process.env, DATA_DIR: join(folder.path, "data"), PORT: "0", HOST: "127.0.0.1" },
        stdio: ["ignore", stdout, "inherit"],
      })
      const listening = async () => /^\{"event":"listening".*$/m.exec(await stdout.text())?.[0]
      await until("it listens", async () => (await listening()) !== undefined)
      const { pid, dataFile } = JSON.parse((await listening()) ?? "")
      expect(pid).not.toBe(npx.pid)
      npx.kill(signal)
      await until("the server is gone", () => !isThere(pid))
      expect(existsSync(dataFile)).toBe(true)
      // Folded in when the database was closed.
      expect(existsSync(`${dataFile}-wal`)).toBe(false)
    }
  },
  120_000,
)

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
