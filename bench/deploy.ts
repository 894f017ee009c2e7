/**
 * Starts a contender whole: one server, or several with the PostgreSQL and the Redis that they share, all of them
 * processes of their own. The engines are fresh and nobody else's, so that what they use is this contender's.
 */
import { PostgresServer, postgresMissing } from "../test/support/postgres.ts"
import { RedisServer, redisMissing } from "../test/support/redis.ts"
import { type Contender, type Running, start } from "./contenders.ts"
import { sumOf, type Usage, usageOf, withChildren } from "./usage.ts"

interface SharedUsage extends Usage {
  /** CPU of the engines; no part of the others. */
  readonly postgresMs: number
  readonly redisMs: number
}

export interface Deployed {
  readonly urls: readonly [string, ...string[]]
  readonly pids: readonly number[]
  readonly usage: () => SharedUsage
  /** At once, and with the data. */
  readonly stop: () => Promise<void>
}

/** As an operator has it: what is acknowledged is on disk. The test support's own settings come before. */
const durable = { settings: ["fsync=on", "shared_buffers=128MB"] }

export async function deploy(contender: Contender): Promise<Deployed> {
  await using started = new AsyncDisposableStack()
  const { servers = 1, needsPostgres = false, needsRedis = false } = contender.together ?? {}
  const missing = [needsPostgres && postgresMissing(), needsRedis && redisMissing()].find(Boolean)
  if (missing) throw new Error(missing)
  const postgres = needsPostgres ? started.use(await PostgresServer.start(durable)) : undefined
  const redis = needsRedis ? started.use(await RedisServer.start()) : undefined
  const environment = {
    ...contender.environment,
    ...(postgres && { DATABASE_URL: await postgres.newDatabase() }),
    ...(redis && { REDIS_URL: redis.url }),
  }
  const running: Running[] = []
  for (let n = 0; n < servers; n++) {
    const server = await start({ ...contender, environment })
    started.defer(server.stop)
    running.push(server)
  }
  const parts = started.move()
  const pids = running.map(({ pid }) => pid)
  return {
    urls: running.map(({ url }) => url) as [string, ...string[]],
    pids,
    usage: () => ({
      ...sumOf(pids.map(usageOf)),
      postgresMs: postgres === undefined ? 0 : withChildren(postgres.pid),
      redisMs: redis === undefined ? 0 : withChildren(redis.pid),
    }),
    stop: () => parts.disposeAsync(),
  }
}
