/**
 * A bus and a registry for several servers in one process, which can be cut off, and can
 * lose, double and reorder what they carry. What is carried arrives in a turn of its own.
 */
import type { Bus, BusListener } from "../../src/cluster/bus.ts"
import type { ServerId } from "../../src/cluster/news.ts"
import type { Entry, Registry } from "../../src/cluster/registry.ts"
import type { RoomId } from "../../src/contract/values.ts"

export type Carry = (deliver: () => void) => void

/** Each at once and in order. */
export const faithfully: Carry = (deliver) => queueMicrotask(deliver)
/** Never. */
export const notAtAll: Carry = () => {}

export class MemoryHub {
  carry: Carry = faithfully
  /** Holds up what the registry has answered, on its way. */
  answering: ((what: "read" | "living") => Promise<void> | undefined) | undefined
  /** Holds up what the bus answers to whoever subscribes. */
  subscribing: (() => Promise<void>) | undefined
  /** Else the registry is reached, and full: it is read, and takes nothing. */
  isKeeping = true
  /** How often all together looked whether it carries. */
  checks = 0
  #isUp = true
  #isCarrying = true
  readonly #connections = new Set<{ channels: Set<string>; listener: BusListener }>()
  readonly #here = new Map<RoomId, Map<string, Entry>>()
  readonly #living = new Set<ServerId>()

  readonly connect = (listener: BusListener): { bus: Bus; registry: Registry } => {
    const hub = this
    const connection = { channels: new Set<string>(), listener }
    this.#connections.add(connection)
    if (this.#isUp && this.#isCarrying) queueMicrotask(() => listener.onUp())
    const bus: Bus = {
      get isUp() {
        return hub.#isUp && hub.#isCarrying
      },
      publish: (channel, text) => {
        if (!bus.isUp) return
        for (const other of hub.#connections) {
          if (!other.channels.has(channel)) continue
          hub.carry(() => hub.#connections.has(other) && other.listener.onMessage(channel, text))
        }
      },
      cork: (run) => run(),
      subscribe: async (channel) => {
        connection.channels.add(channel)
        hub.#check()
        await hub.subscribing?.()
      },
      unsubscribe: (channel) => void connection.channels.delete(channel),
      check: () => void hub.checks++,
      close: () => void hub.#connections.delete(connection),
    }
    return { bus, registry: this.#registry() }
  }

  /** Redis is away, or back with nothing in it. */
  set isUp(isUp: boolean) {
    this.#isUp = isUp
    this.#here.clear()
    this.#living.clear()
    for (const { listener } of this.#connections) isUp ? listener.onUp() : listener.onDown()
  }

  /** The registry is reached all the time; what is said is not carried, and all servers have noticed. */
  set isCarrying(isCarrying: boolean) {
    this.#isCarrying = isCarrying
    for (const { listener } of this.#connections) isCarrying ? listener.onUp() : listener.onDown()
  }

  usersIn(roomId: RoomId): string[] {
    return [...(this.#here.get(roomId)?.values() ?? [])].map(({ userId }) => userId)
  }

  /** So long without a beat that it counts as dead. */
  expire(server: ServerId): void {
    this.#living.delete(server)
  }

  #registry(): Registry {
    const fieldsOf = (roomId: RoomId) => this.#here.get(roomId) ?? new Map<string, Entry>()
    return {
      enter: async (roomId, entries) => {
        this.#check()
        this.#checkMemory()
        const fields = fieldsOf(roomId)
        this.#here.set(roomId, fields)
        for (const entry of entries) fields.set(`${entry.server} ${entry.userId}`, entry)
      },
      exit: async (roomId, places) => {
        this.#check()
        for (const { server, userId } of places) fieldsOf(roomId).delete(`${server} ${userId}`)
      },
      bury: async (roomId, server, userIds) => {
        this.#check()
        if (this.#living.has(server)) return
        for (const userId of userIds) fieldsOf(roomId).delete(`${server} ${userId}`)
      },
      read: async (roomId) => {
        this.#check()
        const entries = [...fieldsOf(roomId).values()]
        await this.answering?.("read")
        return entries
      },
      count: async (roomIds) => {
        this.#check()
        return new Map(roomIds.map((roomId) => [roomId, [...fieldsOf(roomId).values()]]))
      },
      beat: async (server) => {
        this.#check()
        this.#checkMemory()
        const wasAlive = this.#living.has(server)
        this.#living.add(server)
        return wasAlive
      },
      living: async (servers) => {
        this.#check()
        const living = new Set(servers.filter((server) => this.#living.has(server)))
        await this.answering?.("living")
        return living
      },
    }
  }

  #checkMemory(): void {
    if (!this.isKeeping) throw new Error("OOM command not allowed")
  }

  #check(): void {
    if (!this.#isUp) throw new Error("The hub is away")
  }
}
