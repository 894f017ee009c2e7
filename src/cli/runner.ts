/**
 * A server that was started by npm ends with it.
 *
 * `npx … run start` is a chain of processes: npm, a shell, `bun run`, the server. npm
 * passes SIGTERM to its shell, which passes it to nobody, and killing npm kills nothing
 * below it: the server would stay, with its port and its folder. So it watches that chain.
 * A server that a shell started outlives the shell, as with nohup.
 */
import { readFileSync } from "node:fs"

const lookIntervalMs = 1_000
/** npm, its shell, `bun run`, and one more to spare. */
const rowLengthMax = 4

interface ProcessInfo {
  readonly parent: number
  readonly command: string
}

/** Calls back when npm, or a process between npm and this one, is gone. Returns how to stop. */
export function watchRunner(gone: () => void, environment = process.env): () => void {
  // Set by programs that run a script of package.json; otherwise there is nothing to watch.
  const row = environment["npm_lifecycle_event"] === undefined ? [] : rowUpToNpm(process.ppid, infoOf)
  if (row.length === 0) return () => {}
  const timer = setInterval(() => {
    if (process.ppid === row[0] && row.every(isThere)) return
    clearInterval(timer)
    gone()
  }, lookIntervalMs)
  return () => clearInterval(timer)
}

/** The process, its parent and so on up to npm; undefined without npm among them. */
export function rowUpToNpm(first: number, infoOf: (pid: number) => ProcessInfo | undefined): number[] {
  const row: number[] = []
  for (let pid = first; row.length < rowLengthMax; ) {
    const info = infoOf(pid)
    if (info === undefined) return []
    row.push(pid)
    if (/^npm |\bnp[mx](-cli\.js)?( |$)/.test(info.command)) return row
    pid = info.parent
  }
  return []
}

function infoOf(pid: number): ProcessInfo | undefined {
  try {
    return process.platform === "linux" ? infoOfLinux(pid) : infoOfPs(pid)
  } catch {
    return undefined
  }
}

function infoOfLinux(pid: number): ProcessInfo | undefined {
  // The name in brackets may contain anything, also brackets.
  const [, parent] = /^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? []
  const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
  return parent === undefined ? undefined : { parent: Number(parent), command }
}

function infoOfPs(pid: number): ProcessInfo | undefined {
  const { stdout } = Bun.spawnSync(["ps", "-o", "ppid=,args=", "-p", `${pid}`])
  const [, parent, command = ""] = /^\s*(\d+)\s+(.*)/.exec(stdout.toString()) ?? []
  return parent === undefined ? undefined : { parent: Number(parent), command }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it exists, and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
