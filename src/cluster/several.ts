/**
 * One of several servers: the database numbers and stores, the bus only gives hints, and
 * each server puts them in order for its own members.
 */
import type { News, RoomChange } from "../chat/neighbours.ts"
import { deletedAccessRev } from "../chat/rules/upkeep.ts"
import type { ChatStore } from "../chat/store.ts"
import type { RoomId } from "../contract/values.ts"
import type { Bus, BusListener } from "./bus.ts"
import type { Cluster, ClusterListener } from "./cluster.ts"
import { Members } from "./members.ts"
import { channelOf, ownStart, peopleChannel, read, roomOf, type Said, type ServerId, write } from "./news.ts"
import { OnlineElsewhere } from "./online.ts"
import { OrderedStore } from "./ordered-store.ts"
import type { Registry } from "./registry.ts"
import { Watch } from "./watch.ts"

interface SeveralOptions {
  /** Shared by all servers. */
  readonly store: ChatStore
  readonly server: ServerId
  readonly connect: (listener: BusListener) => { readonly bus: Bus; readonly registry: Registry }
  readonly elapsedMs: () => number
  /** For the log. */
  readonly report: (text: string) => void
  /** Calls `run` at an interval. Returns how to stop. */
  readonly every: (ms: number, run: () => void) => () => void
}

/** While something is missing. */
const tickMs = 10
const lookMs = 100
const beatMs = 2_000
/** For people. */
const unkept = "Redis takes what is said, and keeps nothing: who is here may be out of date."
/** How long a join waits for Redis. Without Redis, what it would have told is found later. */
const followMs = 1_000

/** What is said on the channel that all servers hear. */
type SaidOfPeople = Said & { readonly kind: "personal" | "online" }

/** Nobody is told of anything before `begin`. */
export function oneOfSeveral(options: SeveralOptions): Cluster {
  const { store: inner, server, elapsedMs, report, every } = options
  let listener: ClusterListener = { hear: () => {}, sendAway: () => {} }
  const hear = (news: News) => listener.hear(news)
  const own = ownStart(server)
  let epoch: string | undefined
  const life = Promise.withResolvers<void>()
  const isSameLife = (found: string) => {
    epoch ??= found
    life.resolve()
    if (epoch === found) return true
    epoch = found
    report("The database began another life of the data: all clients are sent away, to begin anew.")
    store.forget()
    listener.sendAway()
    return false
  }

  let isFirstUp = true
  const { bus, registry } = options.connect({
    onMessage: (channel, text) => {
      if (text.startsWith(own)) return
      const letter = read(text)
      if (letter === undefined || letter.epoch !== epoch) return
      const { said } = letter
      if (said.kind === "personal") return hear(said)
      if (said.kind === "online") return online.heard(letter.server, said.userIds, elapsedMs())
      const roomId = roomOf(channel)
      if (said.kind === "changes") for (const change of said.changes) store.heard(roomId, change)
      else if (said.kind === "evicted" || said.kind === "emptied") {
        // Before they are removed, so that whoever is being let in meanwhile is checked again.
        store.raiseAccess(roomId, said.kind === "evicted" ? said.accessRev : deletedAccessRev)
        members.heard(roomId, letter.server, said)
      } else store.after(roomId, letter.told, () => members.heard(roomId, letter.server, said))
    },
    onUp: () => {
      watch.now()
      online.back(elapsedMs())
      if (isFirstUp) members.appear()
      else {
        report("Redis is back: who is where is told again.")
        members.back()
      }
      isFirstUp = false
    },
    onDown: () => {
      report("Redis is away: what others write comes later, and who is with them may be out of date.")
    },
  })
  const publish = (channel: string, told: number, said: Said) => {
    if (epoch !== undefined && bus.isUp) bus.publish(channel, write({ server, epoch, told, said }))
  }
  const sayInRoom = (roomId: RoomId, said: Said) => publish(channelOf(roomId), store.told(roomId), said)
  const sayOfPeople = (said: SaidOfPeople) => publish(peopleChannel, 0, said)
  const online = new OnlineElsewhere(hear)
  // It is heard as soon as it can be.
  bus.subscribe(peopleChannel).catch(() => {})
  const outbox = new Outbox((changes) =>
    bus.cork(() => {
      for (const [roomId, some] of changes) sayInRoom(roomId, { kind: "changes", changes: some })
    }),
  )
  const members = new Members({
    server,
    registry,
    elapsedMs,
    hear,
    isHearing: () => bus.isUp,
    say: (roomId, said) => {
      // In the order in which it was told here.
      outbox.flush()
      sayInRoom(roomId, said)
    },
    onUnkept: (cause) => report(`${unkept} ${cause}`),
  })
  let stopTicking: (() => void) | undefined
  const store: OrderedStore = new OrderedStore({
    inner,
    elapsedMs,
    tell: (change) => hear({ kind: "message", ...change }),
    publish: (roomId, change) => outbox.add(roomId, change),
    follow: (roomId) => {
      const following = async () => {
        // Until the epoch is known, the others cannot be understood, and what was read of them would never be updated.
        await life.promise
        if (store.follows(roomId)) await bus.subscribe(channelOf(roomId)).catch(() => {})
        // It may have been let go of meanwhile.
        if (store.follows(roomId)) await members.load(roomId)
      }
      return Promise.race([following(), Bun.sleep(followMs)])
    },
    unfollow: (roomId) => {
      bus.unsubscribe(channelOf(roomId))
      members.forget(roomId)
    },
    countHere: (roomId) => members.countHere(roomId),
    usersIn: (roomId) => members.usersIn(roomId),
    evict: (eviction) => hear({ kind: "evicted", eviction, reason: "removed" }),
    countMembers: (roomIds) => members.count(roomIds),
    onBehind: () => {
      const stop = every(tickMs, () => {
        if (!store.tick()) stop()
      })
      stopTicking = stop
    },
    isSameLife,
  })
  const watch = new Watch({
    store: inner,
    rooms: () => [...new Set([...store.followed(), ...(listener.watched?.() ?? [])])],
    isHinted: () => bus.isUp,
    elapsedMs,
    onHeads: ({ epoch: found, revs, accessRevs }, roomIds) => {
      if (!isSameLife(found)) return
      store.knowsHeads(revs)
      listener.heads?.(revs)
      for (const roomId of roomIds) store.knowsAccess(roomId, accessRevs.get(roomId) ?? deletedAccessRev)
    },
    onCutOff: () => {
      report("The database has not been reached for 10 s: all clients are sent away, to go on with another server.")
      listener.sendAway()
    },
  })

  let stops: (() => void)[] = []
  return {
    store,
    neighbours: {
      ...members,
      told: (personal) => sayOfPeople({ kind: "personal", personal }),
      online: (userIds) => sayOfPeople({ kind: "online", userIds }),
    },
    begin: (given) => {
      listener = given
      watch.tick()
      stops = [
        every(lookMs, () => watch.tick()),
        every(beatMs, () => {
          store.sweep()
          bus.check()
          if (bus.isUp) online.tick(elapsedMs())
          void members.beat()
        }),
      ]
    },
    hush: () => members.hush(),
    close: () => {
      for (const stop of stops) stop()
      stopTicking?.()
      bus.close()
    },
    isBusUp: () => bus.isUp,
    warnings: () => {
      if (!bus.isUp) return [{ code: "redis", message: "Redis is away." }]
      return members.isKept ? [] : [{ code: "redis", message: unkept }]
    },
  }
}

/** Sends what one batch stored in a room together. */
class Outbox {
  readonly #send: (changes: ReadonlyMap<RoomId, readonly RoomChange[]>) => void
  #changes = new Map<RoomId, RoomChange[]>()

  constructor(send: (changes: ReadonlyMap<RoomId, readonly RoomChange[]>) => void) {
    this.#send = send
  }

  add(roomId: RoomId, change: RoomChange): void {
    const changes = this.#changes.get(roomId)
    if (changes !== undefined) changes.push(change)
    else {
      // A microtask runs when the whole batch was handed out.
      if (this.#changes.size === 0) queueMicrotask(() => this.flush())
      this.#changes.set(roomId, [change])
    }
  }

  flush(): void {
    const changes = this.#changes
    this.#changes = new Map()
    this.#send(changes)
  }
}
