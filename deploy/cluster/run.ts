/**
 * `bun run cluster`: three Warrens on one PostgreSQL and one Redis, all on this machine and
 * on free ports, to try what several servers are like. Ctrl-C ends all of it, and nothing is
 * kept.
 */
import { tmpdir } from "node:os"
import { watchRunner } from "../../src/cli/runner.ts"
import { configError } from "../../src/config.ts"
import { codeOf, OperatorError, reasonOf } from "../../src/observe/operator-error.ts"
import { temporaryFolder } from "../../test/support/folder.ts"
import { PostgresServer, postgresMissing } from "../../test/support/postgres.ts"
import { type ServerProcess, startProcess } from "../../test/support/process.ts"
import { RedisServer, redisMissing } from "../../test/support/redis.ts"
import { startGuard } from "./guard.ts"

const servers = 3
const usage = `Usage: bun run cluster

Starts three servers on one PostgreSQL and one Redis, all on this machine and on free ports,
and prints their addresses. Ctrl-C ends all of it, and nothing is kept.
`

process.exit(await main(process.argv.slice(2)))

async function main(args: readonly string[]): Promise<number> {
  if (args.some((arg) => arg === "--help" || arg === "-h")) {
    process.stdout.write(usage)
    return 0
  }
  try {
    if (args.length > 0) throw configError([`bun run cluster takes no ${args[0]}: it has no options.`])
    await run()
    return 0
  } catch (cause) {
    process.stderr.write(`${reasonOf(cause)}\n`)
    return cause instanceof OperatorError ? cause.status : 1
  }
}

async function run(): Promise<void> {
  const missing = [postgresMissing(), redisMissing()].filter((reason) => reason !== undefined)
  if (missing.length > 0) throw new OperatorError(missing.join("\n"))
  const interruption = interrupted()
  try {
    await runUntil(interruption)
  } catch (cause) {
    // Ctrl-C ends what is just being started as well.
    if (!interruption.hasCome) throw cause
  }
}

async function runUntil(interruption: ReturnType<typeof interrupted>): Promise<void> {
  // What it guards does not hear of Ctrl-C: the servers have to stop before what they store in.
  using guard = startGuard()
  // For their search indexes.
  using folder = ownFolder()
  guard.folder(folder.path)
  await using postgres = await told("PostgreSQL", PostgresServer.start({ guard }))
  await using redis = await told("Redis", RedisServer.start({ guard }))
  if (interruption.hasCome) return
  const environment = {
    DATABASE_URL: await postgres.newDatabase(),
    REDIS_URL: redis.url,
    DATA_DIR: folder.path,
    LOG_LEVEL: "info",
  }
  await using running = new AsyncDisposableStack()
  const start = async () => running.use(await startProcess(environment, { guard }))
  // Alone, so that what none of them can start with is told once.
  const first = await start()
  const starting = Array.from({ length: servers - 1 }, start)
  // Where one fails, the others are ended all the same.
  await Promise.allSettled(starting)
  const started = [first, ...(await Promise.all(starting))]
  if (!interruption.hasCome) process.stdout.write(textOf(environment, redis, started))
  await interruption.promise
  await Promise.all(started.map((server) => server.stop()))
}

/** Of what a program says when it does not start, the line that says why. */
async function told<T>(name: string, starting: Promise<T>): Promise<T> {
  try {
    return await starting
  } catch (cause) {
    const lines = reasonOf(cause).trim().split("\n")
    if (lines.length === 1) throw cause
    const why = lines.findLast((line) => /could not|fatal|error/i.test(line)) ?? lines.at(-1)
    throw new OperatorError(
      `${name} did not start. ${remedyOf(lines.join())} It said: ${why?.replace("# ", "").trim()}`,
      { cause },
    )
  }
}

function remedyOf(said: string): string {
  if (/address already in use/i.test(said)) return "The port that was free for it is taken by now: run this again."
  if (/no space left/i.test(said))
    return `The disk of ${tmpdir()} is full: free some space, or set TMPDIR to another folder.`
  return "See whether it starts by itself."
}

function ownFolder() {
  try {
    return temporaryFolder()
  } catch (cause) {
    const why = `Nothing can be written in ${tmpdir()} (${codeOf(cause)})`
    throw new OperatorError(`${why}: set TMPDIR to a folder that everybody may write to.`, { cause })
  }
}

function textOf(
  { DATABASE_URL, REDIS_URL }: Record<"DATABASE_URL" | "REDIS_URL", string>,
  { port }: RedisServer,
  started: readonly ServerProcess[],
): string {
  return `
  PostgreSQL  ${DATABASE_URL}
  Redis       ${REDIS_URL}
${started.map(({ url, pid }, index) => `  Warren ${index + 1}    ${url}   (process ${pid})`).join("\n")}

  Open two of them, and write. Then end something, and go on writing at what is left:

    kill -9 ${started.at(-1)?.pid}     a server; a balancer would give its people to the others
    redis-cli -p ${port} shutdown     Redis

  Ctrl-C ends all of it.

`
}

/** A second signal changes nothing: PostgreSQL and Redis are still to be ended, and would stay. */
function interrupted() {
  const { promise, resolve } = Promise.withResolvers<void>()
  const interruption = { promise, hasCome: false }
  const come = () => {
    if (interruption.hasCome) return
    interruption.hasCome = true
    process.stdout.write("\nStopping.\n")
    resolve()
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, come)
  watchRunner(come)
  return interruption
}
