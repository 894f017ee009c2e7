/** Installs the peer that runs on Node, from npm, into a folder that git ignores. */
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface NodePeer {
  readonly command: readonly string[]
  readonly cwd: string
  /** Node's, and those of its packages. */
  readonly versions: Readonly<Record<string, string>>
}

const source = join(import.meta.dir, "peers/node-socketio")
const target = join(import.meta.dir, ".peers/node-socketio")
const lock = join(source, "package-lock.json")
/** A copy of the lock file that an installation was completed by. */
const installedLock = join(target, "installed-lock.json")

/** Rejects with the reason why there is none. */
export async function installNodePeer(): Promise<NodePeer> {
  const node = Bun.which("node")
  const npm = Bun.which("npm")
  if (node === null || npm === null) throw new Error("there is no node, or no npm, on this machine's PATH")
  mkdirSync(target, { recursive: true })
  cpSync(source, target, { recursive: true })
  if (!isInstalled()) await install(npm)
  await check(node)
  return { command: [node, "server.mjs"], cwd: target, versions: versionsOf(node) }
}

function isInstalled(): boolean {
  return existsSync(installedLock) && readFileSync(installedLock).equals(readFileSync(lock))
}

async function install(npm: string): Promise<void> {
  process.stderr.write("Installing the peers; better-sqlite3 may have to be compiled, which takes some minutes.\n")
  const child = Bun.spawn([npm, "ci", "--no-audit", "--no-fund"], { cwd: target, stdout: "ignore", stderr: "pipe" })
  const [errors, status] = await Promise.all([child.stderr.text(), child.exited])
  if (status !== 0) throw new Error(`npm ci failed: ${lastLine(errors)}`)
  cpSync(lock, installedLock)
}

/** A native module that was built for another Node fails only when it is loaded. */
async function check(node: string): Promise<void> {
  const probe = 'new (require("better-sqlite3"))(":memory:")'
  const child = Bun.spawn([node, "-e", probe], { cwd: target, stdout: "ignore", stderr: "pipe" })
  const [errors, status] = await Promise.all([child.stderr.text(), child.exited])
  if (status !== 0) throw new Error(`better-sqlite3 does not load: ${lastLine(errors)}`)
}

function versionsOf(node: string): Record<string, string> {
  const version = (name: string) =>
    (JSON.parse(readFileSync(join(target, "node_modules", name, "package.json"), "utf8")) as { version: string })
      .version
  const own = Bun.spawnSync([node, "--version"]).stdout.toString().trim().slice(1)
  return {
    node: own,
    "socket.io": version("socket.io"),
    ws: version("ws"),
    "better-sqlite3": version("better-sqlite3"),
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? ""
}
