/**
 * `bun run cluster`: three Warrens on one PostgreSQL and one Redis, all on this machine and
 * on free ports, to try what several servers are like. Ctrl-C ends all of it, and nothing is
 * kept.
 */
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
  const interrupted = Promise.race([signalled("SIGINT"), signalled("SIGTERM")])
  await using postgres = await PostgresServer.start()
  await using redis = await RedisServer.start()
  const environment = { DATABASE_URL: await postgres.newDatabase(), REDIS_URL: redis.url, LOG_LEVEL: "info" }
  const started = await Promise.all(Array.from({ length: servers }, () => startProcess(environment)))
  process.stdout.write(`
  PostgreSQL  ${environment.DATABASE_URL}
  Redis       ${environment.REDIS_URL}
${started.map(({ url, pid }, index) => `  Warren ${index + 1}    ${url}   (process ${pid})`).join("\n")}

  Open two of them, and write. Kill one, or stop Redis, and go on writing. Ctrl-C ends all of it.

`)
  await interrupted
  await Promise.all(started.map((server) => server.stop()))
  return 0
}

function signalled(signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => process.once(signal, resolve))
}
