/** What a module does in a process that has no file descriptor left. */
import { devNull } from "node:os"
import { join } from "node:path"

const src = join(import.meta.dir, "../../src")

/** What `code` prints, with what it imports from a file of src. */
export function withoutDescriptors(file: string, imported: string, code: string) {
  const program = `
    import { openSync } from "node:fs"
    import { ${imported} } from ${JSON.stringify(join(src, file))}
    try { for (;;) openSync(${JSON.stringify(devNull)}, "r") } catch {}
    ${code}`
  const { stdout, exitCode } = Bun.spawnSync(["sh", "-c", 'ulimit -n 64; exec "$0" -e "$1"', process.execPath, program])
  return { printed: stdout.toString().trim(), exitCode }
}
