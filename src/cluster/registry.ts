/**
 * Who is where, kept in Redis for servers that follow a room later: a hash for each room,
 * in which each server writes its own fields, and a key for each server that says it lives.
 * Any call may fail, which is made good when the bus is back.
 */
import type { Redis } from "ioredis"
import type { Profile } from "../contract/people.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { ServerId } from "./news.ts"

/** Of a user, at a server. */
interface Place {
  readonly server: ServerId
  readonly userId: UserId
}

export interface Entry extends Place {
  readonly profile: Profile
}

export interface Registry {
  readonly enter: (roomId: RoomId, entries: readonly Entry[]) => Promise<void>
  readonly exit: (roomId: RoomId, places: readonly Place[]) => Promise<void>
  /** The same for a dead server. One that lives again by then keeps its people. */
  readonly bury: (roomId: RoomId, server: ServerId, userIds: readonly UserId[]) => Promise<void>
  readonly read: (roomId: RoomId) => Promise<readonly Entry[]>
  /** Who is in each room, without their profiles. */
  readonly count: (roomIds: readonly RoomId[]) => Promise<ReadonlyMap<RoomId, readonly Place[]>>
  /** Says that a server lives. Returns whether it was known to live before. */
  readonly beat: (server: ServerId) => Promise<boolean>
  /** Which of them live. */
  readonly living: (servers: readonly ServerId[]) => Promise<ReadonlySet<ServerId>>
}

/** A server that has not said for so long that it lives is dead. */
export const aliveMs = 6_000

const hereOf = (roomId: RoomId) => `warren:here:${roomId}`
const aliveOf = (server: ServerId) => `warren:alive:${server}`
/** The name of this Redis: the first server gives it, and whoever finds it gone gives the same again. */
const nameKey = "warren:name"
/** In one step, so no beat comes between checking and deleting. */
const buryScript = `if redis.call("EXISTS", KEYS[1]) == 0 then return redis.call("HDEL", KEYS[2], unpack(ARGV)) end`
/** Arguments of one script. */
const buriedAtOnce = 1_000
/** A server's name contains no space. */
const fieldOf = ({ server, userId }: Place) => `${server} ${userId}`

export class RedisRegistry implements Registry {
  readonly #redis: Redis
  readonly #onNamed: ((name: string) => void) | undefined
  #name: string = crypto.randomUUID()

  /** `onNamed` is called at each beat with the name that all servers give this Redis. */
  constructor(redis: Redis, onNamed?: (name: string) => void) {
    this.#redis = redis
    this.#onNamed = onNamed
  }

  readonly enter: Registry["enter"] = async (roomId, entries) => {
    if (entries.length === 0) return
    const fields = Object.fromEntries(entries.map((entry) => [fieldOf(entry), JSON.stringify(entry.profile)]))
    await this.#redis.hset(hereOf(roomId), fields)
  }

  readonly exit: Registry["exit"] = async (roomId, places) => {
    if (places.length > 0) await this.#redis.hdel(hereOf(roomId), ...places.map(fieldOf))
  }

  readonly bury: Registry["bury"] = async (roomId, server, userIds) => {
    const fields = userIds.map((userId) => fieldOf({ server, userId }))
    for (let start = 0; start < fields.length; start += buriedAtOnce) {
      const some = fields.slice(start, start + buriedAtOnce)
      await this.#redis.eval(buryScript, 2, aliveOf(server), hereOf(roomId), ...some)
    }
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
    const key = aliveOf(server)
    const beating = this.#redis.multi().exists(key).set(key, "1", "PX", aliveMs)
    const naming = beating.set(nameKey, this.#name, "NX").get(nameKey)
    const [before, , , named] = (await naming.exec().catch(throwReason)) ?? []
    if (typeof named?.[1] === "string") this.#name = named[1]
    this.#onNamed?.(this.#name)
    return before?.[1] === 1
  }

  readonly living: Registry["living"] = async (servers) => {
    if (servers.length === 0) return new Set()
    const beats = await this.#redis.mget(servers.map(aliveOf))
    return new Set(servers.filter((_, index) => beats[index] !== null))
  }
}

/** Of an aborted transaction, only this shows why. */
function throwReason(cause: Error & { readonly previousErrors?: readonly Error[] }): never {
  throw cause.previousErrors?.[0] ?? cause
}

function placeOf(field: string): Place {
  const space = field.indexOf(" ")
  return { server: field.slice(0, space) as ServerId, userId: field.slice(space + 1) as UserId }
}
