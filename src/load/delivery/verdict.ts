/**
 * The end of a check: what clients saw and were promised, held against what is
 * stored. Everything here is a question to the store that could not be asked
 * while messages were still under way.
 */
import type { Anomaly, AnomalyKind, Message } from "./observation.ts"
import { type RoomLog, type Sending, type Sighting, sameVersion } from "./room-log.ts"
import type { Claim, Span, View } from "./view.ts"

export interface CheckOptions {
  /** Others wrote to these rooms too, so a message that no observed client sent is no phantom. */
  readonly strangers?: boolean
  /** What is stored is told only from somewhere on, so a room's counter need not begin at 1. */
  readonly partial?: boolean
}

/** A server that skips numbers by the million is told of no more often than a person reads. */
const holesToldMax = 1_000
const sparsenessMax = 1_000

interface Truth {
  readonly roomId: string
  readonly messages: readonly Message[]
  readonly byId: ReadonlyMap<string, Message>
  readonly byRev: ReadonlyMap<number, Message>
  readonly revMax: number
}

export function judgeRoom(
  roomId: string,
  room: RoomLog,
  messages: readonly Message[],
  { strangers = false, partial = false }: CheckOptions,
): Anomaly[] {
  const truth: Truth = {
    roomId,
    messages,
    byId: new Map(messages.map((message) => [message.id, message])),
    byRev: new Map(messages.map((message) => [message.rev, message])),
    revMax: messages.reduce((max, { rev }) => Math.max(max, rev), 0),
  }
  const sendings = [...room.sendings.values()]
  return [
    ...judgeStore(truth),
    ...judgeCounter(truth, room, partial),
    ...judgeSendings(truth, sendings),
    ...(strangers ? [] : judgeOrigins(truth, sendings)),
    ...judgeSendOrder(truth, sendings),
    ...judgeChanges(truth, room),
    ...judgeSightings(truth, [...room.versions.values(), ...room.conflicts], lostIds(truth, sendings)),
    ...[...room.views.values()].flatMap((view) => judgeView(truth, view)),
  ]
}

/** The stored messages among themselves: each id and number once, in order, at times that do not run back. */
function judgeStore({ roomId, messages }: Truth): Anomaly[] {
  const ids = new Set<string>()
  const revs = new Set<number>()
  return messages.flatMap((message, index): Anomaly[] => {
    const twice = ids.has(message.id) || revs.has(message.rev)
    ids.add(message.id)
    revs.add(message.rev)
    if (twice) return [about("duplicated", roomId, message, "is stored twice, by its id or its number")]
    const before = messages[index - 1]
    if (before === undefined || (before.seq < message.seq && before.createdAt <= message.createdAt)) return []
    return [about("reordered", roomId, message, "is stored behind a later one")]
  })
}

/** No number that nobody took, and none that was told of and is gone. */
function judgeCounter(
  { roomId, messages, byRev, revMax }: Truth,
  { told, versions }: RoomLog,
  partial: boolean,
): Anomaly[] {
  const anomalies: Anomaly[] = []
  // Once a message has changed twice, the number between is nobody's; so only a room without changes must be dense.
  const changed = messages.some((message) => message.rev !== message.seq)
  const first = partial ? (messages[0]?.rev ?? 1) : 1
  for (let rev = first; !changed && rev < revMax && anomalies.length < holesToldMax; rev++) {
    if (!byRev.has(rev)) anomalies.push({ kind: "hole", roomId, rev, detail: `Rev ${rev} belongs to no message.` })
  }
  if (told > revMax && !versions.has(told) && !partial) {
    anomalies.push({
      kind: "lost",
      roomId,
      rev: told,
      detail: `Rev ${told} was told, but the store ends at ${revMax}.`,
    })
  }
  return anomalies
}

function judgeSendings({ roomId, messages, byId }: Truth, sendings: readonly Sending[]): Anomaly[] {
  const contents = new Set(messages.map(({ content }) => content))
  const owners = new Map<string, Sending>()
  return sendings.flatMap((sending): Anomaly[] => {
    const { client, send, outcome, storedAs } = sending
    const blame = { roomId, client }
    if (outcome === "refused" && (send.id === undefined ? contents.has(send.content) : byId.has(send.id))) {
      return [{ kind: "phantom", ...blame, ...withId(send.id), detail: "Refused, and yet it is stored." }]
    }
    if (storedAs === undefined) return []
    const owner = owners.get(storedAs)
    owners.set(storedAs, sending)
    if (!byId.has(storedAs)) return [{ kind: "lost", ...blame, id: storedAs, detail: "Acked, but it is not stored." }]
    if (owner) return [{ kind: "lost", ...blame, id: storedAs, detail: "Acked as what another send had stored." }]
    return []
  })
}

/** Every stored message has one send, and every send at most one message. */
function judgeOrigins({ roomId, messages }: Truth, sendings: readonly Sending[]): Anomaly[] {
  const keys = new Map(sendings.map(({ send }) => [send.id ?? send.content, 0]))
  return messages.flatMap((message): Anomaly[] => {
    const key = keys.has(message.id) ? message.id : message.content
    const count = keys.get(key)
    if (count === undefined && message.rev !== message.seq) return []
    if (count === undefined) return [about("phantom", roomId, message, "is stored, but nobody sent it")]
    keys.set(key, count + 1)
    return count === 1 ? [about("duplicated", roomId, message, "was sent once, and is stored again")] : []
  })
}

/** What one connection sent once takes effect in the order it was sent in; a retry is its client's own order. */
function judgeSendOrder({ roomId, messages, byId }: Truth, sendings: readonly Sending[]): Anomaly[] {
  const byContent = new Map(messages.map((message) => [message.content, message]))
  const last = new Map<string, number>()
  return sendings.flatMap(({ client, connection, send, attempts, storedAs }): Anomaly[] => {
    const message = byId.get(storedAs ?? send.id ?? "") ?? byContent.get(send.content)
    if (attempts > 1 || message === undefined) return []
    const line = `${connection} ${client}`
    const before = last.get(line) ?? 0
    last.set(line, Math.max(before, message.seq))
    if (message.seq >= before) return []
    return [{ ...about("reordered", roomId, message, "took effect before what was sent earlier"), client }]
  })
}

/** What was answered to have changed has changed, or has changed on since; and what is deleted stays so. */
function judgeChanges({ roomId, byId }: Truth, { changes, versions }: RoomLog): Anomaly[] {
  const lost = changes.flatMap(({ message, client }): Anomaly[] => {
    const stored = byId.get(message.id)
    if (stored !== undefined && stored.rev >= message.rev) return []
    return [{ ...about("lost", roomId, message, "was acked, but is not stored so"), client }]
  })
  const deleted = new Map<string, number>()
  for (const { message } of versions.values())
    if (message.deletedAt !== undefined)
      deleted.set(message.id, Math.min(message.rev, deleted.get(message.id) ?? Infinity))
  const later = [...versions.values(), ...[...byId.values()].map((message) => ({ message, client: "store" }))]
  const revived = later.flatMap(({ message, client }): Anomaly[] => {
    const since = deleted.get(message.id) ?? Infinity
    if (message.deletedAt !== undefined || message.rev <= since) return []
    return [{ ...about("revived", roomId, message, `was deleted by rev ${since}`), client }]
  })
  return [...lost, ...revived]
}

function judgeSightings(truth: Truth, sightings: readonly Sighting[], lost: ReadonlySet<string>): Anomaly[] {
  return sightings.flatMap(({ message, client }): Anomaly[] => {
    const stored = truth.byId.get(message.id)
    if (stored === undefined) {
      // Its sender was told ok: that is already said, and worse.
      if (lost.has(message.id)) return []
      return [{ ...about("phantom", truth.roomId, message, "was seen, but is not stored"), client }]
    }
    const replaced = stored.rev > message.rev && stored.seq === message.seq
    if (replaced || sameVersion(stored, message)) return []
    return [{ ...about("phantom", truth.roomId, message, "is stored otherwise than it was seen"), client }]
  })
}

function judgeView(truth: Truth, view: View): Anomaly[] {
  const { roomId } = truth
  const blame = { roomId, client: view.client }
  const missed = new Set<Message>()
  for (const span of view.spans) for (const message of missedIn(truth, view, span)) missed.add(message)
  const live = [...missed].map((message): Anomaly => {
    const kind = view.couldTell(message.rev) ? "lost" : "hole"
    return { ...about(kind, roomId, message, `was not delivered`), ...blame }
  })
  const paged = view.claims.flatMap((claim) =>
    leftOutOf(truth, claim)
      .filter((message) => !missed.has(message))
      .map((message): Anomaly => ({ ...about("hole", roomId, message, "is left out of a page"), ...blame })),
  )
  return [...live, ...paged]
}

function missedIn({ messages, byRev, revMax }: Truth, { saw }: View, span: Span): Message[] {
  const [above, upto] = [Math.min(span.rev, span.seq), Math.min(span.upto, revMax)]
  // A counter that jumps far ahead of its messages has more gaps than there is time for.
  if (upto - above > sparsenessMax * (messages.length + 1)) {
    return messages.filter((message) => message.rev <= upto && isDue(message, span) && !saw.has(message.rev))
  }
  const missed: Message[] = []
  for (const rev of saw.missing(above, upto)) {
    const message = byRev.get(rev)
    if (message && isDue(message, span)) missed.push(message)
  }
  return missed
}

/** What was deleted before the client came is no part of what it finds there. */
function isDue({ rev, seq, deletedAt }: Message, span: Span): boolean {
  return rev > span.rev || (seq > span.seq && deletedAt === undefined)
}

/** What is deleted is in pages of changes alone. */
function leftOutOf({ messages }: Truth, { by, above, upto, ids }: Claim): Message[] {
  return messages.filter(
    (message) =>
      message[by] > above &&
      message[by] <= upto &&
      !ids.has(message.id) &&
      (by === "rev" || message.deletedAt === undefined),
  )
}

function lostIds({ byId }: Truth, sendings: readonly Sending[]): ReadonlySet<string> {
  return new Set(sendings.flatMap(({ storedAs }) => (storedAs && !byId.has(storedAs) ? [storedAs] : [])))
}

function about(kind: AnomalyKind, roomId: string, { id, rev }: Message, what: string): Anomaly {
  return { kind, roomId, id, rev, detail: `The message of rev ${rev} ${what}.` }
}

function withId(id: string | undefined): { id?: string } {
  return id === undefined ? {} : { id }
}
