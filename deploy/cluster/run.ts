/**
 * `bun run cluster`: three Warrens on one PostgreSQL and one Redis, all on this machine and
 * on free ports, to try what several servers are like. Ctrl-C ends all of it, and nothing is
 * kept.
 */
import { temporaryFolder } from "../../test/support/folder.ts"
import { PostgresServer, postgresMissing } from "../../test/support/postgres.ts"
import { type ServerProcess, startProcess } from "../../test/support/process.ts"
import { RedisServer, redisMissing } from "../../test/support/redis.ts"

const servers = 3

process.exit(await run())

async function run(): Promise<number> {
  const missing = [postgresMissing(), redisMissing()].filter((reason) => reason !== undefined)
  if (missing.length > 0) {
    process.stderr.write(`${missing.join("\n")}\n`)
    return 1
  }
  const interruption = interrupted()
  // A terminal sends Ctrl-C to all that run in it: the servers have to stop before what they store in.
  const isApart = true
  await using postgres = await PostgresServer.start({ isApart })
  await using redis = await RedisServer.start({ isApart })
  if (interruption.hasCome) return 0
  // For their search indexes.
  using folder = temporaryFolder()
  const environment = {
    DATABASE_URL: await postgres.newDatabase(),
    REDIS_URL: redis.url,
    DATA_DIR: folder.path,
    LOG_LEVEL: "info",
  }
  await using running = new AsyncDisposableStack()
  const starting = Array.from({ length: servers }, async () =>
    running.use(await startProcess(environment, { isApart })),
  )
  // Where one fails, the others are ended all the same.
  await Promise.allSettled(starting)
  const started = await Promise.all(starting)
  if (!interruption.hasCome) process.stdout.write(textOf(environment, redis, started))
  await interruption.promise
  await Promise.all(started.map((server) => server.stop()))
  return 0
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
  return interruption
}
