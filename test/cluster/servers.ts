/** Several chats over one store in memory, without sockets: what each one's members are told, by hand-turned clocks. */
import { Chat } from "../../src/chat/chat.ts"
import type { Effect } from "../../src/chat/effects.ts"
import { type Identity, Session } from "../../src/chat/session.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import type { Cluster } from "../../src/cluster/cluster.ts"
import type { ServerId } from "../../src/cluster/news.ts"
import { oneOfSeveral } from "../../src/cluster/several.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { Answer, ClientEvent, Request } from "../../src/contract/events.ts"
import { Json } from "../../src/contract/json.ts"
import { newMessageId, newRoomId } from "../support/ids.ts"
import type { MemoryHub } from "../support/memory-bus.ts"

export interface Told {
  readonly event: string
  readonly args: readonly unknown[]
}

export class Server {
  readonly name: ServerId
  readonly chat: Chat
  readonly cluster: Cluster
  readonly reports: string[] = []
  sentAway = 0
  nowMs = 0
  /** Members by their session. */
  readonly members = new Map<string, Member>()
  readonly #timers = new Set<{ readonly ms: number; readonly run: () => void; dueMs: number }>()

  constructor(name: string, store: ChatStore, hub: MemoryHub) {
    this.name = name as ServerId
    this.cluster = oneOfSeveral({
      store,
      server: this.name,
      connect: hub.connect,
      elapsedMs: () => this.nowMs,
      report: (text) => this.reports.push(text),
      every: (ms, run) => {
        const timer = { ms, run, dueMs: this.nowMs + ms }
        this.#timers.add(timer)
        return () => void this.#timers.delete(timer)
      },
    })
    const { store: ordered, neighbours } = this.cluster
    this.chat = new Chat({ store: ordered, neighbours, newRoomId, newMessageId, listsRooms: true, listsUsers: true })
    this.cluster.begin({
      hear: (news) => this.announce(this.chat.hear(news, this.nowMs)),
      watched: () => this.chat.watchedRooms(),
      heads: (revs) => this.chat.knowsHeads(revs),
      sendAway: () => {
        this.sentAway++
        for (const member of [...this.members.values()]) member.leave()
      },
    })
  }

  /** How many of them call back. */
  get timers(): number {
    return this.#timers.size
  }

  announce(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "enter" && effect.audience.kind === "room") {
        this.members.get(effect.sessionId)?.rooms.add(effect.audience.roomId)
      } else if (effect.kind === "exit" && effect.audience.kind === "room") {
        this.members.get(effect.sessionId)?.rooms.delete(effect.audience.roomId)
      } else if (effect.kind === "enter" && effect.audience.kind === "user") {
        this.members.get(effect.sessionId)?.users.add(effect.audience.userId)
      } else if (effect.kind === "exit" && effect.audience.kind === "user") {
        this.members.get(effect.sessionId)?.users.delete(effect.audience.userId)
      } else if (effect.kind === "tell") {
        const { audience, event, args } = effect
        for (const [id, { rooms, users, told }] of this.members) {
          const isMeant =
            audience.kind === "session"
              ? audience.sessionId === id
              : audience.kind === "user"
                ? users.has(audience.userId)
                : audience.kind === "room" && rooms.has(audience.roomId) && audience.except !== id
          if (isMeant) told.push({ event, args })
        }
      }
    }
  }

  /** Lets so much time pass, in small steps, with everything that happens in it. */
  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms
    while (this.nowMs < endMs) {
      this.nowMs = Math.min(endMs, this.nowMs + 10)
      for (const timer of this.#timers) {
        if (timer.dueMs > this.nowMs) continue
        timer.dueMs = this.nowMs + timer.ms
        timer.run()
      }
      this.announce(this.chat.tick(this.nowMs))
      if (this.nowMs % 50 === 0) await settled()
    }
    await settled()
  }

  /** As a `kill -9` does: it says nothing more. */
  kill(): void {
    this.#timers.clear()
    this.cluster.close()
  }
}

export class Member {
  readonly told: Told[] = []
  readonly rooms = new Set<string>()
  /** Whom it hears of. */
  readonly users = new Set<string>()
  readonly session: Session
  readonly server: Server

  constructor(server: Server, id: string, identity?: Identity) {
    this.server = server
    this.session = new Session(id, identity)
    server.members.set(id, this)
  }

  ask<E extends ClientEvent>(event: E, request: Request<E>): Promise<Answer<E>> {
    const { chat, nowMs } = this.server
    const asked = { session: this.session, request, isAcknowledged: true, at: 1_000_000, nowMs, quota: undefined }
    return new Promise((resolve, reject) => {
      chat.handle(event, asked, (result) => {
        if (result instanceof ChatError) return reject(result)
        this.server.announce(result.effects)
        const { answer } = result
        resolve(answer instanceof Json ? answer.toJSON() : answer)
      })
    })
  }

  leave(): void {
    this.server.announce(this.server.chat.disconnect(this.session))
    this.server.members.delete(this.session.id)
  }

  /** The numbers of the messages in the order they were told, those of its page first. */
  get revs(): number[] {
    return this.told.flatMap(({ event, args }) => {
      const [first] = args as [never]
      if (event === "message_received") return [(first as { rev: number }).rev]
      return event === "history" ? (first as { rev: number }[]).map(({ rev }) => rev) : []
    })
  }

  eventsOf(...names: string[]): unknown[] {
    return this.told.filter(({ event }) => names.includes(event)).map(({ event, args }) => [event, args[0]])
  }
}

/** What is under way in this process has come to rest: the store's queue, and what follows from it. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
