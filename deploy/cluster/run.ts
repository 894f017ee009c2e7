/**
 * `bun run cluster`: three Warrens on one PostgreSQL and one Redis, all on this machine and
 * on free ports, to try what several servers are like. Ctrl-C ends all of it, and nothing is
 * kept.
 */
import { temporaryFolder } from "../../test/support/folder.ts"
import { PostgresServer, postgresMissing } from "../../test/support/postgres.ts"
import { startProcess } from "../../test/support/process.ts"
import { RedisServer, redisMissing } from "../../test/support/redis.ts"

const servers = 3

process.exit(await run())

async function run(): Promise<number> {
  const missing = [postgresMissing(), redisMissing()].filter((reason) => reason !== undefined)
  if (missing.length > 0) {
    process.stderr.write(`${missing.join("\n")}\n`)
    return 1
  }
  const interrupted = Promise.race([signalled("SIGINT"), signalled("SIGTERM"), signalled("SIGHUP")])
  // A terminal sends Ctrl-C to all that run in it: the servers have to stop before what they store in.
  const isApart = true
  await using postgres = await PostgresServer.start({ isApart })
  await using redis = await RedisServer.start({ isApart })
  // For their search indexes.
  using folder = temporaryFolder()
  const environment = {
    DATABASE_URL: await postgres.newDatabase(),
    REDIS_URL: redis.url,
    DATA_DIR: folder.path,
    LOG_LEVEL: "info",
  }
  const started = await Promise.all(Array.from({ length: servers }, () => startProcess(environment, { isApart })))
  process.stdout.write(`
  PostgreSQL  ${environment.DATABASE_URL}
  Redis       ${environment.REDIS_URL}
${started.map(({ url, pid }, index) => `  Warren ${index + 1}    ${url}   (process ${pid})`).join("\n")}

  Open two of them, and write. Then end something, and go on writing at what is left:

    kill -9 ${started.at(-1)?.pid}     a server; a balancer would give its people to the others
    redis-cli -p ${redis.port} shutdown     Redis

  Ctrl-C ends all of it.

`)
  await interrupted
  await Promise.all(started.map((server) => server.stop()))
  return 0
}

function signalled(signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => process.once(signal, resolve))
}
