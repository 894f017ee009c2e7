/** Both engines that several servers need, for tests that share them. */
import { PostgresServer, postgresMissing } from "./postgres.ts"
import { describeWith } from "./programs.ts"
import { RedisServer, redisMissing } from "./redis.ts"

interface Engines extends AsyncDisposable {
  readonly postgres: PostgresServer
  readonly redis: RedisServer
}

export function describeWithEngines(name: string, define: (engines: () => Engines) => void): void {
  const reason = postgresMissing() ?? redisMissing()
  describeWith({ name, needs: "are a PostgreSQL and a Redis", reason, start: startEngines }, define)
}

async function startEngines(): Promise<Engines> {
  await using starting = new AsyncDisposableStack()
  const postgres = starting.use(await PostgresServer.start())
  const redis = starting.use(await RedisServer.start())
  const started = starting.move()
  return { postgres, redis, [Symbol.asyncDispose]: () => started.disposeAsync() }
}
