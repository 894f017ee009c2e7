/**
 * Several servers as one: the classic Redis adapter, laid over native topics.
 *
 * Redis carries a broadcast to the other servers; each of them, and this one,
 * delivers it through BunPublishAdapter. While Redis is away this server's own
 * sockets miss nothing. What it had to say to the others is kept and said when
 * Redis is back, to those that are back as well: a hole is possible there, and
 * clients that count revisions see it.
 */
import { RedisAdapter } from "@socket.io/redis-adapter"
import { Redis } from "ioredis"
import type { Namespace } from "socket.io"
import { type Broadcasting, BunPublishAdapter, publishThrough } from "./bun-publish.ts"

export interface RedisOptions {
  /** As `redis://:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url: string
  /** Servers that use the same key hear each other. */
  readonly key: string
  /** Called for every failed attempt to connect, the repeated ones too. */
  readonly onError: (error: Error) => void
}

/** Connects in the background and keeps trying: it neither waits for Redis nor fails without it. */
export function redisPublish({ url, key, onError }: RedisOptions): Broadcasting {
  layOver(RedisAdapter, BunPublishAdapter)
  // `null` keeps commands until Redis is back.
  const connect = () => new PatientRedis(url, { maxRetriesPerRequest: null }).on("error", onError)
  // A connection that has subscribed can do nothing else.
  const clients = [connect(), connect()] as const

  class LayeredRedisAdapter extends RedisAdapter {
    constructor(nsp: Namespace) {
      super(nsp, ...clients, { key })
    }
  }
  // What was published is on its way. Not `quit`: it waits for Redis to answer, and a stop must not.
  const close = () => {
    for (const client of clients) client.disconnect()
  }
  return { adapter: LayeredRedisAdapter, publishThrough, close }
}

/** The adapter awaits none of its commands; a connection's failures are told by its `error` event. */
class PatientRedis extends Redis {
  override sendCommand(...args: Parameters<Redis["sendCommand"]>): unknown {
    const answer = super.sendCommand(...args)
    if (answer instanceof Promise) answer.catch(() => {})
    return answer
  }
}

/** Makes an adapter class extend another one than it was written to: its `super` calls then go there. */
function layOver(upper: typeof RedisAdapter, lower: typeof BunPublishAdapter): void {
  Object.setPrototypeOf(upper, lower)
  Object.setPrototypeOf(upper.prototype, lower.prototype)
}
