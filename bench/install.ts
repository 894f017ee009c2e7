/** Installs a peer that runs on Node, from npm, into a folder that git ignores. */
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface PeerSource {
  /** In bench/peers. */
  readonly folder: string
  /** A statement that fails where the packages cannot be used. */
  readonly probe: string
  /** Whose versions the results name. */
  readonly packages: readonly string[]
}

export interface NodePeer {
  readonly command: readonly string[]
  readonly cwd: string
  /** Node's, and those of its packages. */
  readonly versions: Readonly<Record<string, string>>
}

/** On better-sqlite3. A native module that was built for another Node fails only when it is loaded. */
export const sqlitePeer: PeerSource = {
  folder: "node-socketio",
  probe: 'new (require("better-sqlite3"))(":memory:")',
  packages: ["socket.io", "ws", "better-sqlite3"],
}

/** Several on PostgreSQL and Redis. */
export const clusterPeer: PeerSource = {
  folder: "node-cluster",
  probe: 'require("pg"); require("ioredis"); require("@socket.io/redis-adapter")',
  packages: ["socket.io", "ws", "@socket.io/redis-adapter", "ioredis", "pg"],
}

/** Rejects with the reason why there is none. */
export async function installNodePeer({ folder, probe, packages }: PeerSource): Promise<NodePeer> {
  const node = Bun.which("node")
  const npm = Bun.which("npm")
  if (node === null || npm === null) throw new Error("there is no node, or no npm, on this machine's PATH")
  const cwd = join(import.meta.dir, ".peers", folder)
  mkdirSync(cwd, { recursive: true })
  cpSync(join(import.meta.dir, "peers", folder), cwd, { recursive: true })
  if (!isInstalled(cwd)) await install(npm, cwd)
  await check(node, cwd, probe)
  return { command: [node, "server.mjs"], cwd, versions: versionsOf(node, cwd, packages) }
}

/** A copy of the lock file that an installation was completed by. */
const installedLock = "installed-lock.json"
const lock = "package-lock.json"

function isInstalled(folder: string): boolean {
  const installed = join(folder, installedLock)
  return existsSync(installed) && readFileSync(installed).equals(readFileSync(join(folder, lock)))
}

async function install(npm: string, cwd: string): Promise<void> {
  process.stderr.write("Installing the peer on Node; what has to be compiled takes some minutes.\n")
  const child = Bun.spawn([npm, "ci", "--no-audit", "--no-fund"], { cwd, stdout: "ignore", stderr: "pipe" })
  const [errors, status] = await Promise.all([child.stderr.text(), child.exited])
  if (status !== 0) throw new Error(`npm ci failed: ${lastLine(errors)}`)
  cpSync(join(cwd, lock), join(cwd, installedLock))
}

async function check(node: string, cwd: string, probe: string): Promise<void> {
  const child = Bun.spawn([node, "--input-type=commonjs", "-e", probe], { cwd, stdout: "ignore", stderr: "pipe" })
  const [errors, status] = await Promise.all([child.stderr.text(), child.exited])
  if (status !== 0) throw new Error(`its packages do not load: ${lastLine(errors)}`)
}

function versionsOf(node: string, cwd: string, packages: readonly string[]): Record<string, string> {
  const version = (name: string) =>
    (JSON.parse(readFileSync(join(cwd, "node_modules", name, "package.json"), "utf8")) as { version: string }).version
  const own = Bun.spawnSync([node, "--version"]).stdout.toString().trim().slice(1)
  return { node: own, ...Object.fromEntries(packages.map((name) => [name, version(name)])) }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? ""
}
