/**
 * One of several servers: the database numbers and keeps, the bus only hints, and each
 * server orders for its own members.
 */
import type { News } from "../chat/neighbours.ts"
import type { ChatStore } from "../chat/store.ts"
import type { Message } from "../contract/messages.ts"
import type { RoomId } from "../contract/values.ts"
import type { Bus, BusListener } from "./bus.ts"
import type { Cluster, ClusterListener } from "./cluster.ts"
import { Members } from "./members.ts"
import { channelOf, ownStart, read, roomOf, type Said, type ServerId, write } from "./news.ts"
import { OrderedStore } from "./ordered-store.ts"
import type { Registry } from "./registry.ts"
import { Watch } from "./watch.ts"

export interface SeveralOptions {
  /** Shared by all servers. */
  readonly store: ChatStore
  readonly server: ServerId
  readonly connect: (listener: BusListener) => { readonly bus: Bus; readonly registry: Registry }
  readonly elapsedMs: () => number
  /** For the log. */
  readonly report: (text: string) => void
  /** Calls back for ever, and returns the end of it. */
  readonly every: (ms: number, run: () => void) => () => void
}

const tickMs = 10
const beatMs = 2_000
/** How long who joins waits for Redis; without it, what it would have told is found later. */
const followMs = 1_000

/** Nobody is told of anything before `begin`. */
export function oneOfSeveral(options: SeveralOptions): Cluster {
  const { store: inner, server, elapsedMs, report, every } = options
  let listener: ClusterListener = { hear: () => {}, sendAway: () => {} }
  const hear = (news: News) => listener.hear(news)
  const own = ownStart(server)
  let epoch: string | undefined
  const isSameLife = (found: string) => {
    epoch ??= found
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
      const roomId = roomOf(channel)
      const { said } = letter
      if (said.kind === "messages") for (const message of said.messages) store.heard(roomId, message)
      else store.after(roomId, letter.told, () => members.heard(roomId, letter.server, said))
    },
    onUp: () => {
      watch.now()
      if (isFirstUp) void members.beat()
      else {
        report("Redis is back: who is where is told again.")
        members.back()
      }
      isFirstUp = false
    },
    onDown: () => {
      watch.now()
      report("Redis is away: what others write comes later, and who is with them may be out of date.")
    },
  })
  const publish = (roomId: RoomId, said: Said) => {
    if (epoch === undefined || !bus.isUp) return
    bus.publish(channelOf(roomId), write({ server, epoch, told: store.told(roomId), said }))
  }
  const outbox = new Outbox((roomId, messages) => publish(roomId, { kind: "messages", messages }))
  const members = new Members({
    server,
    registry,
    elapsedMs,
    hear,
    say: (roomId, said) => {
      // In the order in which it was told here.
      outbox.flush()
      publish(roomId, said)
    },
  })
  const store: OrderedStore = new OrderedStore({
    inner,
    elapsedMs,
    tell: (message) => hear({ kind: "message", message }),
    publish: (roomId, message) => outbox.add(roomId, message),
    follow: (roomId) => follow(roomId, { bus, members }),
    unfollow: (roomId) => {
      bus.unsubscribe(channelOf(roomId))
      members.forget(roomId)
    },
    isInhabited: (roomId) => members.isInhabited(roomId),
    countMembers: (roomIds) => members.count(roomIds),
    isSameLife,
  })
  const watch = new Watch({
    store: inner,
    rooms: () => store.followed(),
    isHinted: () => bus.isUp,
    elapsedMs,
    onHeads: (found, revs) => isSameLife(found) && store.knowsHeads(revs),
    onCutOff: () => {
      report("The database has not been reached for 10 s: all clients are sent away, to go on with another server.")
      listener.sendAway()
    },
  })

  let stops: (() => void)[] = []
  return {
    store,
    neighbours: members,
    begin: (given) => {
      listener = given
      stops = [
        every(tickMs, () => {
          store.tick()
          watch.tick()
        }),
        every(beatMs, () => {
          store.sweep()
          bus.check()
          void members.beat()
        }),
      ]
    },
    hush: () => members.hush(),
    close: () => {
      for (const stop of stops) stop()
      bus.close()
    },
    isBusUp: () => bus.isUp,
    warnings: () => (bus.isUp ? [] : ["Redis is away."]),
  }
}

async function follow(roomId: RoomId, { bus, members }: { bus: Bus; members: Members }): Promise<void> {
  const following = bus
    .subscribe(channelOf(roomId))
    .catch(() => {})
    .then(() => members.load(roomId))
  await Promise.race([following, Bun.sleep(followMs)])
}

/** What one batch stored of a room leaves together. */
class Outbox {
  readonly #send: (roomId: RoomId, messages: readonly Message[]) => void
  #messages = new Map<RoomId, Message[]>()

  constructor(send: (roomId: RoomId, messages: readonly Message[]) => void) {
    this.#send = send
  }

  add(roomId: RoomId, message: Message): void {
    const messages = this.#messages.get(roomId)
    if (messages !== undefined) messages.push(message)
    else {
      // A microtask, so that it runs when the whole batch was handed out.
      if (this.#messages.size === 0) queueMicrotask(() => this.flush())
      this.#messages.set(roomId, [message])
    }
  }

  flush(): void {
    const messages = this.#messages
    this.#messages = new Map()
    for (const [roomId, some] of messages) this.#send(roomId, some)
  }
}
