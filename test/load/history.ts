/**
 * A chat in memory that obeys the contract, and what an observer of its clients notes.
 *
 * Each client has a wire on which the server's words wait in order; the observer sees
 * them when they are delivered, so that any interleaving of clients can be played.
 */
import type { ErrorCode } from "../../src/contract/errors.ts"
import type { Message, Observation, Page, Send, Stored } from "../../src/load/delivery/observation.ts"

type Word = (observe: (observation: Observation) => void) => void

export class ModelChat {
  readonly history: Observation[] = []
  readonly #rooms = new Map<string, { messages: Message[]; rev: number; listeners: Set<string> }>()
  readonly #wires = new Map<string, Word[]>()
  readonly #sends: { client: string; send: Send }[] = []
  /** How far each client has come in each room … */
  readonly #reached = new Map<string, number>()
  /** … or up to where its catching up has come, while that is not done. */
  readonly #behind = new Map<string, number>()
  #ids = 0

  room(roomId: string) {
    const room = this.#rooms.get(roomId) ?? { messages: [], rev: 0, listeners: new Set<string>() }
    this.#rooms.set(roomId, room)
    return room
  }

  /** `since`: from where this client last was. */
  join(client: string, roomId: string, { since = false, limit = 3 } = {}): void {
    const key = client + roomId
    const from = this.#behind.get(key) ?? (since ? this.#reached.get(key) : undefined)
    this.#ask(client, roomId)
    const room = this.room(roomId)
    room.listeners.add(client)
    this.#tell(client, roomId, { joined: true, ...this.#page(roomId, from, limit) })
  }

  sync(client: string, roomId: string, limit = 3): void {
    if (!this.room(roomId).listeners.has(client)) return
    this.#ask(client, roomId)
    const key = client + roomId
    const since = this.#behind.get(key) ?? this.#reached.get(key) ?? 0
    this.#tell(client, roomId, { joined: false, ...this.#page(roomId, since, limit) })
  }

  older(client: string, roomId: string, before: number, limit = 3): void {
    this.#ask(client, roomId)
    const earlier = this.room(roomId).messages.filter(({ seq }) => seq < before)
    const page = { before, hasMore: earlier.length > limit, messages: earlier.slice(-limit) }
    this.#wire(client).push((observe) => observe({ kind: "older", client, roomId, page }))
  }

  send(client: string, roomId: string): Send {
    const send = { roomId, id: `id-${this.#ids}`, content: `content ${this.#ids++}` }
    this.#sends.push({ client, send })
    this.history.push({ kind: "sent", client, send })
    this.#take(client, send)
    return send
  }

  /** The connection breaks under it. */
  sendInVain(client: string, roomId: string): void {
    const send = { roomId, id: `id-${this.#ids}`, content: `content ${this.#ids++}` }
    this.#sends.push({ client, send })
    this.history.push({ kind: "sent", client, send })
    this.cut(client)
  }

  /** As after a lost answer: the earlier send's outcome is what is told. */
  retry(client: string): void {
    const earlier = this.#sends.findLast((sending) => sending.client === client)
    if (earlier === undefined) return
    this.history.push({ kind: "sent", client, send: earlier.send })
    this.#take(client, earlier.send)
  }

  refuse(client: string, roomId: string, code: ErrorCode = "ERR_VALIDATION"): void {
    const send = { roomId, id: `id-${this.#ids}`, content: `content ${this.#ids++}` }
    this.history.push({ kind: "sent", client, send })
    this.#wire(client).push((observe) => observe({ kind: "refused", client, send, code }))
  }

  /** A change of a stored message, as a later version of the contract may make one. */
  change(roomId: string, index: number): void {
    const room = this.room(roomId)
    const old = room.messages[index % Math.max(1, room.messages.length)]
    if (old === undefined) return
    const message = { ...old, rev: ++room.rev, content: `${old.content}!` }
    room.messages[room.messages.indexOf(old)] = message
    this.#announce(roomId, message)
  }

  leave(client: string, roomId: string): void {
    if (!this.room(roomId).listeners.delete(client)) return
    this.#wire(client).push((observe) => observe({ kind: "left", client, roomId }))
  }

  /** The connection breaks: what is still on the wire is gone. */
  cut(client: string): void {
    this.#wires.delete(client)
    for (const room of this.#rooms.values()) room.listeners.delete(client)
    this.history.push({ kind: "cut", client })
  }

  deliver(client: string, count: number): void {
    for (const word of this.#wire(client).splice(0, count)) word((observation) => this.history.push(observation))
  }

  /** Delivers everything, and lets everybody catch up. */
  settle(): void {
    do {
      for (const client of this.#wires.keys()) this.deliver(client, Number.POSITIVE_INFINITY)
    } while (this.#catchUp())
  }

  get stored(): Stored {
    return new Map([...this.#rooms].map(([roomId, { messages }]) => [roomId, messages]))
  }

  #catchUp(): boolean {
    let asked = false
    for (const [roomId, { listeners }] of this.#rooms) {
      for (const client of listeners) {
        if (!this.#behind.has(client + roomId)) continue
        this.sync(client, roomId)
        asked = true
      }
    }
    return asked
  }

  #take(client: string, send: Send): void {
    const room = this.room(send.roomId)
    const known = room.messages.find(({ id }) => id === send.id)
    const message = known ?? newMessage(client, send, ++room.rev)
    if (!known) {
      room.messages.push(message)
      this.#announce(send.roomId, message)
    }
    const duplicate = known !== undefined
    this.#wire(client).push((observe) => observe({ kind: "acked", client, send, message, duplicate }))
  }

  #announce(roomId: string, message: Message): void {
    for (const client of this.room(roomId).listeners) {
      this.#wire(client).push((observe) => {
        this.#reach(client, roomId, message.rev)
        observe({ kind: "live", client, message })
      })
    }
  }

  #page(roomId: string, since: number | undefined, limit: number): Omit<Page, "joined"> {
    const { messages, rev } = this.room(roomId)
    if (since === undefined) return { rev, hasMore: messages.length > limit, messages: messages.slice(-limit) }
    const later = messages.filter((message) => message.rev > since).sort((a, b) => a.rev - b.rev)
    return { since, rev, hasMore: later.length > limit, messages: later.slice(0, limit) }
  }

  #ask(client: string, roomId: string): void {
    this.history.push({ kind: "asked", client, roomId })
  }

  #tell(client: string, roomId: string, page: Page): void {
    this.#wire(client).push((observe) => {
      const last = page.messages.at(-1)
      if (page.since !== undefined && page.hasMore && last) this.#behind.set(client + roomId, last.rev)
      else this.#behind.delete(client + roomId)
      this.#reach(client, roomId, page.rev)
      observe({ kind: "page", client, roomId, page })
    })
  }

  #reach(client: string, roomId: string, rev: number): void {
    const key = client + roomId
    this.#reached.set(key, Math.max(rev, this.#reached.get(key) ?? 0))
  }

  #wire(client: string): Word[] {
    const wire = this.#wires.get(client) ?? []
    this.#wires.set(client, wire)
    return wire
  }
}

export function newMessage(userId: string, { roomId, id = "no-id", content }: Send, rev: number): Message {
  return {
    id,
    roomId,
    seq: rev,
    rev,
    type: "text",
    content,
    userId,
    user: { username: userId, avatar: null },
    createdAt: `2026-01-31T12:00:00.${String(rev % 1_000).padStart(3, "0")}Z`,
  }
}
