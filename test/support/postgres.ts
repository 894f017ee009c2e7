/**
 * A real PostgreSQL for a test, from whatever package put it on this machine: a cluster
 * of its own in a temporary folder, on a free port of 127.0.0.1. It refuses to run as
 * root, so there it runs as the user `postgres`, or `nobody`.
 */
import { chownSync, existsSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { temporaryFolder } from "./folder.ts"
import { freePort } from "./port.ts"
import type { ProcessGuard } from "./process.ts"
import { describeWith, missing } from "./programs.ts"
import { until } from "./until.ts"

export interface PostgresOptions {
  /** Settings of postgresql.conf, as `name=value`. */
  readonly settings?: readonly string[]
  readonly guard?: ProcessGuard
}

/** A test gains nothing from what outlives a power cut; a process that dies loses nothing without it. */
const quickSettings = ["fsync=off", "max_connections=60", "shared_buffers=32MB", "logging_collector=off"]

export class PostgresServer implements AsyncDisposable {
  readonly port: number
  readonly dataFolder: string
  readonly #folder: ReturnType<typeof temporaryFolder>
  readonly #options: PostgresOptions
  #process: Bun.Subprocess<"ignore", "ignore", "pipe"> | undefined
  #isHeld = false
  #databases = 0
  #emptied: string | undefined
  #emptier: Bun.SQL | undefined

  private constructor(port: number, options: PostgresOptions) {
    this.port = port
    this.#options = options
    this.#folder = temporaryFolder()
    options.guard?.folder(this.#folder.path)
    this.dataFolder = join(this.#folder.path, "data")
    const { user } = account()
    if (user === undefined) return
    chownSync(this.#folder.path, user.uid, user.gid)
    // Ctrl-C ends it too, and then it has said nothing.
    if (Bun.spawnSync(asUser(["test", "-w", this.#folder.path])).exitCode !== 1) return
    this.#folder[Symbol.dispose]()
    throw new Error(
      `PostgreSQL does not run as root, and its user may not enter ${tmpdir()}: set TMPDIR to a folder that everybody may.`,
    )
  }

  /** A new cluster, running. */
  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const server = new PostgresServer(await freePort(), options)
    try {
      const how = ["--username", "warren", "--auth", "trust", "--no-sync", ...locale]
      await server.run("initdb", "--pgdata", server.dataFolder, ...how)
      await server.start()
      return server
    } catch (cause) {
      await server[Symbol.asyncDispose]()
      throw cause
    }
  }

  /** A copy of another, that goes on following it, under this name. */
  static async standbyOf(primary: PostgresServer, name: string): Promise<PostgresServer> {
    const server = new PostgresServer(await freePort(), {})
    const from = `host=127.0.0.1 port=${primary.port} user=warren application_name=${name}`
    await server.run("pg_basebackup", "-d", from, "-D", server.dataFolder, "-R", "--checkpoint=fast", "--no-sync")
    await server.start()
    return server
  }

  /** From now on, nothing is committed that this standby does not have. */
  async waitFor(standby: string): Promise<void> {
    await this.query(`ALTER SYSTEM SET synchronous_standby_names = '${standby}'`)
    await this.query("SELECT pg_reload_conf()")
    const isSynchronous = async () => {
      const [row] = await this.query<{ is_so: boolean }>(
        `SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = '${standby}' AND sync_state = 'sync') AS is_so`,
      )
      return row?.is_so === true
    }
    await until(`${standby} is synchronous`, isSynchronous)
  }

  /** A standby becomes the primary. */
  async promote(): Promise<void> {
    await this.query("SELECT pg_promote()")
  }

  /** The one that started all its others. */
  get pid(): number {
    if (this.#process === undefined) throw new Error("It does not run.")
    return this.#process.pid
  }

  /** Of its first database, which is empty; `newDatabase` makes more. */
  get url(): string {
    return this.urlOf("postgres")
  }

  urlOf(database: string): string {
    return `postgres://warren@127.0.0.1:${this.port}/${database}`
  }

  /** Its URL. */
  async newDatabase(): Promise<string> {
    const name = `test_${++this.#databases}`
    await this.query(`CREATE DATABASE ${name} TEMPLATE template0`)
    return this.urlOf(name)
  }

  /**
   * One database after another in the same place, for tests that need no more than one at a time: to make a database and
   * its tables is the slowest part of them. Its URL.
   */
  async emptied(): Promise<string> {
    this.#emptied ??= await this.newDatabase()
    this.#emptier ??= new Bun.SQL(this.#emptied, { max: 1 })
    await this.#emptier.unsafe(emptying)
    return this.#emptied
  }

  /** As the cluster's superuser, on a connection of its own. */
  async query<Row = Record<string, unknown>>(sql: string, url = this.url): Promise<Row[]> {
    const client = new Bun.SQL(url, { max: 1 })
    try {
      return [...(await client.unsafe(sql))]
    } finally {
      await client.close()
    }
  }

  /** Runs the cluster again, on the same port; resolves when it takes connections. */
  async start(): Promise<void> {
    const address = ["-h", "127.0.0.1", "-p", String(this.port), "-k", this.#folder.path]
    const { settings: given = [], guard } = this.#options
    const settings = [...quickSettings, ...given].flatMap((setting) => ["-c", setting])
    this.#process = Bun.spawn(asUser([programPath("postgres"), "-D", this.dataFolder, ...address, ...settings]), {
      cwd: this.#folder.path,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      detached: guard !== undefined,
    })
    guard?.process(this.#process)
    await ready(this.#process)
  }

  /** "fast" ends its clients' work first, "immediate" is a crash: what was committed is recovered at the next start. */
  async stop(mode: "fast" | "immediate" = "fast"): Promise<void> {
    this.#process?.kill(mode === "fast" ? "SIGINT" : "SIGQUIT")
    await this.#process?.exited
    this.#process = undefined
  }

  /** Kills every connection but those of `query`, as an administrator or a failover does. */
  async terminateConnections(): Promise<void> {
    await this.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )
  }

  /** Stops all its processes where they are, or lets them go on: a machine that hangs, or cannot be reached. */
  signalAll(signal: "SIGSTOP" | "SIGCONT"): void {
    const main = this.#process?.pid
    if (main === undefined) return
    this.#isHeld = signal === "SIGSTOP"
    for (const pid of [main, ...childrenOf(main)]) {
      try {
        process.kill(pid, signal)
      } catch {
        // A connection that ended meanwhile.
      }
    }
  }

  /** One of PostgreSQL's own programs, as the cluster's user. Returns what it printed. */
  async run(program: string, ...args: readonly string[]): Promise<string> {
    const { guard } = this.#options
    const child = Bun.spawn(asUser([programPath(program), ...args]), {
      cwd: this.#folder.path,
      stdout: "pipe",
      stderr: "pipe",
      detached: guard !== undefined,
    })
    guard?.process(child)
    const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    if ((await child.exited) !== 0) throw new Error(`${program} failed:\n${output}${errors}`)
    return output
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isHeld) this.signalAll("SIGCONT")
    await this.#emptier?.close()
    await this.stop("immediate")
    this.#folder[Symbol.dispose]()
  }
}

/** Tests that share one server. */
export function describeWithPostgres(name: string, define: (server: () => PostgresServer) => void): void {
  const start = () => PostgresServer.start()
  describeWith({ name, needs: "is a PostgreSQL", reason: postgresMissing(), start }, define)
}

/**
 * The tables stay, with the rows that they begin with, and the epoch is named anew. Rows are deleted, since to truncate
 * makes new files, which takes longer than a test.
 */
const emptying = `
  DO $$
  DECLARE
    one text;
  BEGIN
    FOR one IN SELECT tablename FROM pg_tables
      WHERE schemaname = 'public' AND tablename NOT IN ('warren', 'totals', 'access')
    LOOP
      EXECUTE format('DELETE FROM %I', one);
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public';
    IF to_regclass('warren') IS NULL THEN RETURN; END IF;
    UPDATE warren SET epoch = '', place = '', timeline = '';
    UPDATE totals SET rooms = 0, messages = 0, probed_at = 0;
    UPDATE access SET auth = 'open', revision = 0;
  END
  $$`

const locale = ["--encoding", "UTF8", "--locale", "C"]

/** Why there is no PostgreSQL to test with, if there is none. */
export function postgresMissing(): string | undefined {
  for (const name of ["postgres", "initdb"]) if (findProgram(name) === undefined) return notInstalled(name)
  return account().reason
}

function notInstalled(name: string): string {
  return `${name === "postgres" ? "PostgreSQL" : `${name} of PostgreSQL`} is not installed (try: apt-get install postgresql)`
}

/** Debian keeps the server's programs off the PATH, in a folder for each version. */
function findProgram(name: string): string | undefined {
  const onPath = Bun.which(name)
  if (onPath !== null) return onPath
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql") : []
  const [newest] = versions.sort((a, b) => Number(b) - Number(a))
  const path = `/usr/lib/postgresql/${newest}/bin/${name}`
  return newest !== undefined && existsSync(path) ? path : undefined
}

function programPath(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(notInstalled(name))
  return path
}

interface Account {
  /** Whom it runs as, if not as the test itself. */
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly reason?: string
}

function account(): Account {
  if (process.getuid?.() !== 0) return {}
  const reason = missing("setpriv", "util-linux")
  if (reason !== undefined) return { reason: `PostgreSQL does not run as root, and ${reason}` }
  const lines = readFileSync("/etc/passwd", "utf8").split("\n")
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(":") ?? []
    if (uid !== undefined && gid !== undefined) return { user: { uid: Number(uid), gid: Number(gid) } }
  }
  return { reason: "PostgreSQL does not run as root, and there is no user postgres or nobody" }
}

function asUser(command: readonly string[]): string[] {
  const { user } = account()
  if (user === undefined) return [...command]
  return ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", ...command]
}

async function ready(server: Bun.Subprocess<"ignore", "ignore", "pipe">): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  void read(server.stderr, (log) => {
    if (/database system is ready to accept (read-only )?connections/.test(log)) resolve()
  }).then((log) => reject(new Error(`PostgreSQL did not start:\n${log}`)))
  await promise
}

/** To the end, so that it is never held up by what it logs. */
async function read(stream: ReadableStream<Uint8Array>, look: (log: string) => void): Promise<string> {
  const decoder = new TextDecoder()
  let log = ""
  for await (const chunk of stream) {
    log = (log + decoder.decode(chunk, { stream: true })).slice(-20_000)
    look(log)
  }
  return log
}

function childrenOf(parent: number): number[] {
  const { stdout } = Bun.spawnSync(["ps", "-o", "pid=", "--ppid", String(parent)])
  return stdout
    .toString()
    .split("\n")
    .map(Number)
    .filter((pid) => pid > 0)
}
