/** The binary of each system that Bun compiles for. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { scripts } from "../../package.json"

export const targets = [
  "linux-x64",
  "linux-arm64",
  "linux-x64-musl",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "windows-x64",
  "windows-arm64",
] as const
export type Target = (typeof targets)[number]

export interface Binary {
  readonly name: string
  readonly bytes: Uint8Array
}

/** As `bun run build` makes it, for another system. */
export async function binary(root: string, target: Target): Promise<Binary> {
  const name = target.startsWith("windows") ? "warren.exe" : "warren"
  const folder = mkdtempSync(join(tmpdir(), "warren-release-"))
  try {
    const [, ...args] = scripts.build.split(" ")
    const file = join(folder, name)
    const command = [process.execPath, ...args.with(args.indexOf("dist/warren"), file), `--target=bun-${target}`]
    const child = Bun.spawn(command, { cwd: root, stdout: "ignore", stderr: "pipe" })
    const [told, status] = await Promise.all([new Response(child.stderr).text(), child.exited])
    if (status !== 0) throw new Error(`${target} could not be built: ${told}`)
    return { name, bytes: readFileSync(file) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
