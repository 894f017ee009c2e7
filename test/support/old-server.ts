/** Warren 0.1.0 itself, where the history of this checkout holds it. */
import { join } from "node:path"

const root = join(import.meta.dir, "../..")
const commit = "aa72479"

/**
 * Puts it into the folder with what it depends on, and resolves to the command that starts it; to undefined where a
 * shallow clone has no such history, or its packages cannot be had.
 */
export async function oldServer(folder: string): Promise<readonly string[] | undefined> {
  const archive = Bun.spawn(["git", "archive", "--format=tar", commit], { cwd: root, stdout: "pipe", stderr: "ignore" })
  const unpack = Bun.spawn(["tar", "-x", "-C", folder], { stdin: archive.stdout, stderr: "ignore" })
  const [archived, unpacked] = await Promise.all([archive.exited, unpack.exited])
  if (archived !== 0 || unpacked !== 0) return undefined
  const install = [process.execPath, "install", "--frozen-lockfile", "--production", "--silent"]
  if ((await Bun.spawn(install, { cwd: folder, stdout: "ignore", stderr: "ignore" }).exited) !== 0) return undefined
  return [process.execPath, join(folder, "src/main.ts")]
}
