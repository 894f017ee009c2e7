/** One of several servers that share a Redis. */
import type { ChatStore } from "../chat/store.ts"
import { RedisBus } from "./bus.ts"
import type { Cluster } from "./cluster.ts"
import type { ServerId } from "./news.ts"
import { RedisRegistry } from "./registry.ts"
import { oneOfSeveral } from "./several.ts"

interface RedisOptions {
  /** As `redis://:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url: string
  readonly elapsedMs: () => number
  /** For the log. */
  readonly report: (text: string) => void
  /** Called for every failed attempt to connect, the repeated ones too. */
  readonly onError: (error: Error) => void
  /** Called again and again with the name that all servers give this Redis. */
  readonly onNamed?: ((name: string) => void) | undefined
}

/** Connects in the background and keeps trying: it neither waits for Redis nor fails without it. */
export function joinByRedis(store: ChatStore, { url, elapsedMs, report, onError, onNamed }: RedisOptions): Cluster {
  return oneOfSeveral({
    store,
    server: crypto.randomUUID() as string as ServerId,
    connect: (listener) => {
      const bus = new RedisBus(url, listener, onError)
      return { bus, registry: new RedisRegistry(bus.commands, onNamed) }
    },
    elapsedMs,
    report,
    every: (ms, run) => {
      const timer = setInterval(run, ms)
      return () => clearInterval(timer)
    },
  })
}
