/**
 * Who is where, kept in Redis for servers that come to a room later: a hash per room, of
 * which each server writes its own fields, and a key per server that says that it lives.
 * Every call may fail, and is then made good when the bus is back.
 */
import type { Redis } from "ioredis"
import type { Profile } from "../contract/people.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { ServerId } from "./news.ts"

export interface Entry {
  readonly server: ServerId
  readonly userId: UserId
  readonly profile: Profile
}

export interface Registry {
  readonly enter: (roomId: RoomId, entries: readonly Entry[]) => Promise<void>
  readonly exit: (roomId: RoomId, places: readonly Omit<Entry, "profile">[]) => Promise<void>
  readonly read: (roomId: RoomId) => Promise<readonly Entry[]>
  /** Who is in each room, without their profiles. */
  readonly count: (roomIds: readonly RoomId[]) => Promise<ReadonlyMap<RoomId, readonly Omit<Entry, "profile">[]>>
  /** Says that a server lives. Whether it was known to, up to now. */
  readonly beat: (server: ServerId) => Promise<boolean>
  /** Which of them live. */
  readonly living: (servers: readonly ServerId[]) => Promise<ReadonlySet<ServerId>>
}

/** A server that has not said for so long that it lives is dead. */
export const aliveMs = 6_000

const hereOf = (roomId: RoomId) => `warren:here:${roomId}`
const aliveOf = (server: ServerId) => `warren:alive:${server}`
/** A server's name has no space. */
const fieldOf = ({ server, userId }: Omit<Entry, "profile">) => `${server} ${userId}`

export class RedisRegistry implements Registry {
  readonly #redis: Redis

  constructor(redis: Redis) {
    this.#redis = redis
  }

  readonly enter: Registry["enter"] = async (roomId, entries) => {
    if (entries.length === 0) return
    const fields = Object.fromEntries(entries.map((entry) => [fieldOf(entry), JSON.stringify(entry.profile)]))
    await this.#redis.hset(hereOf(roomId), fields)
  }

  readonly exit: Registry["exit"] = async (roomId, places) => {
    if (places.length > 0) await this.#redis.hdel(hereOf(roomId), ...places.map(fieldOf))
  }

  readonly read: Registry["read"] = async (roomId) => {
    const fields = await this.#redis.hgetall(hereOf(roomId))
    return Object.entries(fields).map(([field, profile]) => ({ ...placeOf(field), profile: JSON.parse(profile) }))
  }

  readonly count: Registry["count"] = async (roomIds) => {
    const fields = await Promise.all(roomIds.map((roomId) => this.#redis.hkeys(hereOf(roomId))))
    return new Map(roomIds.map((roomId, index) => [roomId, (fields[index] ?? []).map(placeOf)]))
  }

  readonly beat: Registry["beat"] = async (server) => {
    const [before] = await Promise.all([
      this.#redis.exists(aliveOf(server)),
      this.#redis.set(aliveOf(server), "1", "PX", aliveMs),
    ])
    return before === 1
  }

  readonly living: Registry["living"] = async (servers) => {
    if (servers.length === 0) return new Set()
    const beats = await this.#redis.mget(servers.map(aliveOf))
    return new Set(servers.filter((_, index) => beats[index] !== null))
  }
}

function placeOf(field: string): Omit<Entry, "profile"> {
  const space = field.indexOf(" ")
  return { server: field.slice(0, space) as ServerId, userId: field.slice(space + 1) as UserId }
}
