/**
 * The delivery checker: from what clients saw and were told, and from what is
 * stored in the end, it names every anomaly.
 *
 * It reads a history once and keeps what each room said (each rev once) and a
 * view per client and room, so that millions of deliveries can be checked as
 * they come. A clean history gives no anomaly, whatever was refused or cut.
 */
import type { Anomaly, Message, Observation, Send, Stored } from "./observation.ts"
import { RoomLog } from "./room-log.ts"
import { type CheckOptions, judgeRoom } from "./verdict.ts"
import { View } from "./view.ts"

/** A server that does wrong for ever fills no memory; nobody reads more. */
const anomaliesMax = 10_000

/** A pure function: the anomalies of a whole history. */
export function checkDelivery(history: Iterable<Observation>, stored: Stored, options: CheckOptions = {}): Anomaly[] {
  const check = new DeliveryCheck()
  for (const observation of history) check.note(observation)
  return check.verdict(stored, options)
}

/** The same, for an observer that notes a history while it happens. */
export class DeliveryCheck {
  readonly #rooms = new Map<string, RoomLog>()
  readonly #connections = new Map<string, number>()
  readonly #anomalies: Anomaly[] = []
  readonly #report = (anomaly: Anomaly) => {
    if (this.#anomalies.length < anomaliesMax) this.#anomalies.push(anomaly)
  }

  note(observation: Observation): void {
    switch (observation.kind) {
      case "live":
        this.#live(observation.client, observation.message)
        break
      case "sent":
      case "acked":
      case "refused":
        this.#sending(observation)
        break
      case "changed":
        this.#room(observation.changed.roomId).changed(observation.client, observation.changed.message)
        break
      case "cut":
        this.#cut(observation.client)
        break
      default:
        this.#membership(observation)
    }
  }

  /** Notes a client's live messages of one room, for an observer of millions of them. */
  listener(client: string, roomId: string): (message: Message) => void {
    const view = this.#view(client, roomId)
    const room = this.#room(roomId)
    return (message) => {
      view.live(message)
      room.saw(client, message)
    }
  }

  /** Call it once all is quiet. A room that is missing from `stored` is one that holds nothing. */
  verdict(stored: Stored, options: CheckOptions = {}): Anomaly[] {
    const rooms = new Set([...this.#rooms.keys(), ...stored.keys()])
    const judged = [...rooms].flatMap((roomId) =>
      judgeRoom(roomId, this.#room(roomId), stored.get(roomId) ?? [], options),
    )
    return [...this.#anomalies, ...judged]
  }

  #live(client: string, message: Message): void {
    this.listener(client, message.roomId)(message)
  }

  #sending(observation: Extract<Observation, { send: Send }>): void {
    const { client, send } = observation
    if (observation.kind === "sent") this.#room(send.roomId).sent(client, send, this.#connections.get(client) ?? 0)
    else if (observation.kind === "refused") this.#room(send.roomId).refused(send, observation.code)
    else this.#acked(client, send, observation.message, observation.duplicate ?? false)
  }

  #membership(observation: Exclude<Observation, { kind: "live" | "changed" | "cut" } | { send: Send }>): void {
    const { client, roomId } = observation
    const room = this.#room(roomId)
    const view = this.#view(client, roomId)
    switch (observation.kind) {
      case "asked":
        view.asked(room.told)
        break
      case "denied":
        view.denied()
        break
      case "left":
        view.end()
        break
      case "page":
        this.#checkAge(room, view, observation.page.messages)
        view.page(observation.page)
        room.read(client, observation.page.messages, observation.page.rev)
        break
      case "older":
        this.#checkAge(room, view, observation.page.messages)
        view.older(observation.page)
        room.read(client, observation.page.messages)
    }
  }

  /** A page has each message as far as it was known to have come when the page was asked for, or further. */
  #checkAge(room: RoomLog, { client, roomId, floor }: View, messages: readonly Message[]): void {
    for (const message of messages) {
      const known = room.changesOf(message.id).findLast((rev) => rev <= floor)
      if (known === undefined || known <= message.rev) continue
      const detail = `The message of rev ${message.rev} is in a page, but its rev ${known} was already told.`
      this.#report({ kind: "stale", roomId, client, rev: message.rev, id: message.id, detail })
    }
  }

  #acked(client: string, send: Send, message: Message, duplicate: boolean): void {
    const { roomId, content, id = message.id } = send
    const room = this.#room(roomId)
    room.acked(send, message)
    const blame = { roomId, client, rev: message.rev, id: message.id }
    // A message that was changed since says something else, as it should.
    const isSame = message.rev !== message.seq || message.content === content
    if (!isSame || message.id !== id.toLowerCase() || message.roomId !== roomId) {
      this.#report({ kind: "phantom", ...blame, detail: "The ack holds another message than was sent." })
    }
    const view = this.#view(client, roomId)
    // Where it was changed at once, the change alone may have been told. What was sent long before is in no page.
    const isTold = () =>
      [message.rev, ...room.changesOf(message.id)].some((rev) => rev >= message.rev && view.saw.has(rev))
    if (view.joined && (duplicate ? message.rev > view.position : !isTold())) {
      this.#report({ kind: "reordered", ...blame, detail: "The ack came before the sender's own message." })
    }
    room.saw(client, message)
  }

  #cut(client: string): void {
    this.#connections.set(client, (this.#connections.get(client) ?? 0) + 1)
    for (const room of this.#rooms.values()) room.views.get(client)?.cut()
  }

  #room(roomId: string): RoomLog {
    const known = this.#rooms.get(roomId)
    if (known) return known
    const room = new RoomLog()
    this.#rooms.set(roomId, room)
    return room
  }

  #view(client: string, roomId: string): View {
    const { views } = this.#room(roomId)
    const known = views.get(client)
    if (known) return known
    const view = new View(client, roomId, this.#report)
    views.set(client, view)
    return view
  }
}
