/**
 * Faults of a disk, brought upon a running server from outside and taken away again:
 * by strace, which lets chosen system calls fail; by limits of the system; by a second
 * program that holds the database.
 */
import { Database } from "bun:sqlite"
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { limits } from "../../src/contract/limits.ts"
import { lockName } from "../../src/store/sqlite/lock.ts"
import { databaseName } from "../../src/store/sqlite/open.ts"
import { temporaryFolder } from "./folder.ts"
import { type ServerProcess, sourceCommand } from "./process.ts"
import { missing, tracingMissing } from "./programs.ts"
import { until } from "./until.ts"

export interface Fault {
  readonly name: string
  /** Why it cannot be brought about here, if it cannot. */
  readonly missing: string | undefined
  /** What /readyz tells of it. */
  readonly code: RegExp
  /** Where the server keeps its data; by default a folder like any other. */
  readonly folder?: () => Disposable & { readonly path: string }
  /** How the server is started; by default as a user does. */
  readonly command?: readonly string[]
  /** Brings it about; what it returns takes it away. */
  readonly begin: (server: ServerProcess, dataDir: string) => Promise<() => Promise<void>>
}

/** The reserve of the disk, and something to fill. */
const tmpfsBytes = limits.diskReserveBytes + 24 * 1024 * 1024

const smallDisk: Fault = {
  name: "a small disk is full",
  missing: undefined,
  code: /ENOSPC/,
  folder: mountedFolder,
  begin: async (_, dataDir) => {
    const { end } = fill(dataDir)
    return async () => end()
  },
}

/** Whether small disks can be mounted here. */
export const isMountable = canMount()

export const faults: readonly Fault[] = [
  failingCalls("the disk does not sync", "fsync", "EIO", { code: /SQLITE_IOERR_FSYNC/ }),
  failingCalls("writing fails", "pwrite64", "EIO", { code: /SQLITE_IOERR_WRITE/ }),
  failingCalls("the disk is full", "pwrite64", "ENOSPC", { code: /SQLITE_FULL/ }),
  failingCalls("the file system has become read-only", "pwrite64", "EROFS", { code: /SQLITE_IOERR_WRITE/ }),
  // Where mounting is not allowed, the limit that follows stands for a disk that is full.
  ...(isMountable ? [smallDisk] : []),
  {
    name: "a file may not grow (RLIMIT_FSIZE)",
    missing: missing("prlimit", "util-linux"),
    code: /SQLITE_IOERR_WRITE/,
    // Unless it is ignored, the signal that comes with this limit ends the process.
    command: ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh", ...sourceCommand],
    begin: async ({ pid }, dataDir) => {
      limitFileSize(pid, `${statSync(join(dataDir, `${databaseName}-wal`)).size}`)
      return async () => limitFileSize(pid, "unlimited")
    },
  },
  {
    name: "the database was moved away",
    missing: undefined,
    code: /SQLITE_READONLY_DBMOVED/,
    begin: (server, dataDir) => moveAway(server, join(dataDir, databaseName)),
  },
  {
    name: "the log was moved away",
    missing: undefined,
    code: /SQLITE_READONLY_DBMOVED/,
    begin: (server, dataDir) => moveAway(server, join(dataDir, `${databaseName}-wal`)),
  },
  {
    name: "the lock was moved away",
    missing: undefined,
    code: /SQLITE_READONLY_DBMOVED/,
    begin: (server, dataDir) => moveAway(server, join(dataDir, lockName)),
  },
  {
    name: "another program holds the database locked",
    missing: undefined,
    code: /SQLITE_BUSY/,
    begin: async (_, dataDir) => {
      const other = new Database(join(dataDir, databaseName))
      other.run("PRAGMA busy_timeout = 5000")
      other.run("BEGIN IMMEDIATE")
      return async () => {
        other.run("ROLLBACK")
        other.close()
      }
    },
  },
]

interface Failing {
  readonly code: RegExp
  /** Chooses among the calls as strace's inject does, such as `3+7`; all of them fail by default. */
  readonly when?: string
  /** Of the data folder; by default the log. */
  readonly file?: string
}

export function failingCalls(name: string, call: string, error: string, failing: Failing): Fault {
  const { code, when = "1+", file = `${databaseName}-wal` } = failing
  return {
    name: `${name} (${call}: ${error})`,
    missing: tracingMissing(),
    code,
    begin: (server, dataDir) => inject(server, join(dataDir, file), `${call}:error=${error}:when=${when}`),
  }
}

/** A disk that takes so long for each sync of the log; and then fails it, if there is an error. */
export function slowSyncs(delayMs: number, error?: string): Pick<Fault, "missing" | "begin"> {
  const fate = `${error === undefined ? "" : `error=${error}:`}delay_enter=${delayMs}ms`
  return {
    missing: tracingMissing(),
    begin: (server, dataDir) => inject(server, join(dataDir, `${databaseName}-wal`), `fsync:${fate}`),
  }
}

/** `what` as strace's inject takes it, for calls on one file. */
async function inject({ pid }: ServerProcess, path: string, what: string): Promise<() => Promise<void>> {
  const [call] = what.split(":")
  const options = ["-f", "-qq", "-P", path, "-e", `trace=${call}`, "-e", `inject=${what}`, "-o", "/dev/null"]
  const strace = Bun.spawn(["strace", ...options, "-p", `${pid}`], { stdio: ["ignore", "ignore", "inherit"] })
  await until("strace is attached to every thread", () => tracersOf(pid).every((tracer) => tracer === strace.pid))
  return async () => {
    strace.kill("SIGTERM")
    strace.kill("SIGTERM")
    await strace.exited
  }
}

/** Resolves once the server has noticed. */
async function moveAway({ url }: ServerProcess, file: string): Promise<() => Promise<void>> {
  renameSync(file, `${file}.away`)
  await until("the server has noticed", async () => (await fetch(`${url}/readyz`)).status === 503)
  return async () => renameSync(`${file}.away`, file)
}

/** Who traces each thread; 0 is nobody. */
function tracersOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8")
    return Number(/^TracerPid:\s*(\d+)$/m.exec(status)?.[1])
  })
}

function canMount(): boolean {
  using folder = mountedFolder()
  if (!folder.isMounted) console.log("This machine does not let a test mount a small disk; RLIMIT_FSIZE stands for it.")
  return folder.isMounted
}

/** A folder on a small disk of its own. */
export function mountedFolder() {
  const parent = temporaryFolder()
  const path = join(parent.path, "small")
  mkdirSync(path)
  const mount = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${tmpfsBytes}`, "tmpfs", path])
  const isMounted = mount.exitCode === 0
  const dispose = () => {
    if (isMounted) Bun.spawnSync(["umount", path])
    parent[Symbol.dispose]()
  }
  return { path, isMounted, [Symbol.dispose]: dispose }
}

export function remount(path: string, mode: "ro" | "rw"): void {
  const { exitCode, stderr } = Bun.spawnSync(["mount", "-o", `remount,${mode}`, path])
  if (exitCode !== 0) throw new Error(stderr.toString())
}

/** Writes into the folder until nothing more fits on its disk. */
export function fill(folder: string): { end: () => void } {
  const filler = join(folder, "filler")
  writeFileSync(filler, "")
  for (const bytes of [64 * 1024, 4 * 1024]) {
    const chunk = Buffer.alloc(bytes)
    for (let isFull = false; !isFull; ) {
      try {
        appendFileSync(filler, chunk)
      } catch {
        isFull = true
      }
    }
  }
  return { end: () => rmSync(filler) }
}

/** The soft limit, which may be raised again. Does nothing to a process that has ended. */
function limitFileSize(pid: number, bytes: string): void {
  if (!existsSync(`/proc/${pid}`)) return
  const { exitCode, stderr } = Bun.spawnSync(["prlimit", "--pid", `${pid}`, `--fsize=${bytes}:unlimited`])
  if (exitCode !== 0) throw new Error(stderr.toString())
}
