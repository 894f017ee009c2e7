/** The checker against a model of the contract: it never cries wolf, and it never misses one that is let in. */
import { expect, test } from "bun:test"
import fc from "fast-check"
import { checkDelivery } from "../../src/load/delivery/delivery-check.ts"
import type { AnomalyKind, Message, Observation, Stored } from "../../src/load/delivery/observation.ts"
import { ModelChat } from "./history.ts"

const client = fc.constantFrom("ann", "bob", "cid")
const roomId = fc.constantFrom("red", "blue")
type Act = (chat: ModelChat) => void

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(client, roomId).map(
      ([who, where]): Act =>
        (chat) =>
          chat.send(who, where),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(client, fc.nat(6)).map(
      ([who, count]): Act =>
        (chat) =>
          chat.deliver(who, count),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(client, roomId, fc.boolean()).map(
      ([who, where, since]): Act =>
        (chat) =>
          chat.join(who, where, { since }),
    ),
  },
  fc.tuple(client, roomId).map(
    ([who, where]): Act =>
      (chat) =>
        chat.leave(who, where),
  ),
  fc.tuple(client, roomId).map(
    ([who, where]): Act =>
      (chat) =>
        chat.sync(who, where),
  ),
  fc.tuple(client, roomId, fc.nat(20)).map(
    ([who, where, seq]): Act =>
      (chat) =>
        chat.older(who, where, seq + 1),
  ),
  fc.tuple(client, roomId).map(
    ([who, where]): Act =>
      (chat) =>
        chat.refuse(who, where),
  ),
  fc.tuple(client, roomId).map(
    ([who, where]): Act =>
      (chat) =>
        chat.sendInVain(who, where),
  ),
  fc.tuple(roomId, fc.nat(20)).map(
    ([where, index]): Act =>
      (chat) =>
        chat.change(where, index),
  ),
  client.map(
    (who): Act =>
      (chat) =>
        chat.retry(who),
  ),
  client.map(
    (who): Act =>
      (chat) =>
        chat.cut(who),
  ),
)
const acts = fc.array(act, { maxLength: 120, size: "max" })

test("a history that obeys the contract has no anomaly, whatever is refused, cut, retried or changed", () => {
  let checked = 0
  fc.assert(
    fc.property(acts, (acts) => {
      const { history, stored } = played(acts)
      checked += history.length
      expect(checkDelivery(history, stored)).toEqual([])
    }),
    { numRuns: 1_000, seed: 1 },
  )
  expect(checked).toBeGreaterThan(50_000)
})

type Live = Observation & { kind: "live" }
interface Wound {
  readonly history: Observation[]
  readonly stored: Stored
}

interface Mutation {
  readonly what: string
  readonly kinds: readonly AnomalyKind[]
  /** Nothing when there is no place in this history where it would be wrong. */
  readonly wound: (history: readonly Observation[], stored: Stored, pick: Pick) => Wound | undefined
}
type Pick = <T>(choices: readonly T[]) => T | undefined

const mutations: readonly Mutation[] = [
  {
    what: "a live message that is dropped",
    kinds: ["lost", "hole"],
    wound: (history, stored, pick) => {
      const isOwed = (live: Live, at: number) =>
        isFinal(stored, live.message) && !isInAPage(history, live) && !isLastBeforeTheEnd(history, live, at)
      const place = pick(placesOf(history, isOwed))
      return place === undefined ? undefined : { history: history.toSpliced(place, 1), stored }
    },
  },
  {
    what: "a live message that comes twice",
    kinds: ["duplicated"],
    wound: (history, stored, pick) => {
      const place = pick(placesOf(history, () => true))
      return place === undefined ? undefined : { history: history.toSpliced(place, 0, history[place]!), stored }
    },
  },
  {
    what: "two live messages of a client and a room that change places",
    kinds: ["reordered"],
    wound: (history, stored, pick) => {
      const place = pick(placesOf(history, (live, at) => isFollowedByItsLike(history, live, at)))
      if (place === undefined) return undefined
      const [first, second] = history.slice(place, place + 2)
      return { history: history.toSpliced(place, 2, second!, first!), stored }
    },
  },
  {
    what: "a live message with another content",
    kinds: ["phantom"],
    wound: (history, stored, pick) => {
      const place = pick(placesOf(history, ({ message }) => isFinal(stored, message)))
      if (place === undefined) return undefined
      const live = history[place] as Live
      const forged = { ...live, message: { ...live.message, content: "forged" } }
      return { history: history.toSpliced(place, 1, forged), stored }
    },
  },
  {
    what: "an acked message that the store loses",
    kinds: ["lost"],
    wound: (history, stored, pick) => {
      const acked = pick(history.flatMap((observation) => (observation.kind === "acked" ? [observation.message] : [])))
      if (acked === undefined) return undefined
      return { history: [...history], stored: without(stored, acked.id) }
    },
  },
  {
    what: "a stored message that nobody sent",
    kinds: ["phantom"],
    wound: (history, stored, pick) => {
      const [roomId, messages] = pick([...stored]) ?? []
      if (roomId === undefined || messages === undefined || messages.length === 0) return undefined
      const last = messages.reduce((a, b) => (a.rev > b.rev ? a : b))
      const seq = last.rev + 1
      const stranger: Message = { ...last, id: "stranger", content: "hello", seq, rev: seq, createdAt: "2027" }
      return { history: [...history], stored: new Map(stored).set(roomId, [...messages, stranger]) }
    },
  },
  {
    what: "a message that is stored twice",
    kinds: ["duplicated"],
    wound: (history, stored, pick) => {
      const [roomId, messages = []] = pick([...stored]) ?? []
      const message = pick(messages)
      if (roomId === undefined || message === undefined) return undefined
      const twice = messages.toSpliced(messages.indexOf(message), 0, message)
      return { history: [...history], stored: new Map(stored).set(roomId, twice) }
    },
  },
  {
    what: "a page that is older than what was known when it was asked for",
    kinds: ["stale"],
    wound: (history, stored, pick) => {
      const place = pick(placesOfAnsweredPages(history))
      if (place === undefined) return undefined
      const { told, at } = place
      const observation = history[at] as Observation & { kind: "page" }
      const messages = observation.page.messages.filter(({ rev }) => rev < told)
      const page = { ...observation.page, messages, rev: told - 1 }
      return { history: history.toSpliced(at, 1, { ...observation, page }), stored }
    },
  },
]

test.each(mutations.map((mutation) => [mutation.what, mutation] as const))("%s is caught", (_, { kinds, wound }) => {
  let caught = 0
  fc.assert(
    fc.property(acts, fc.nat(), (acts, choice) => {
      const { history, stored } = played(acts)
      const wounded = wound(history, stored, (choices) => choices[choice % choices.length])
      if (wounded === undefined) return
      caught++
      const found = checkDelivery(wounded.history, wounded.stored).map(({ kind }) => kind)
      expect(found.filter((kind) => kinds.includes(kind))).not.toEqual([])
    }),
    { numRuns: 300, seed: 2 },
  )
  expect(caught).toBeGreaterThan(50)
})

function played(acts: readonly Act[]): { history: readonly Observation[]; stored: Stored } {
  const chat = new ModelChat()
  for (const act of acts) act(chat)
  chat.settle()
  return { history: chat.history, stored: chat.stored }
}

function placesOf(history: readonly Observation[], matches: (live: Live, at: number) => boolean): number[] {
  return history.flatMap((observation, at) => (observation.kind === "live" && matches(observation, at) ? [at] : []))
}

/** Later changes replace a version, and nobody is owed what was replaced. */
function isFinal(stored: Stored, { roomId, id, rev }: Message): boolean {
  return stored.get(roomId)?.some((message) => message.id === id && message.rev === rev) ?? false
}

/** Whoever was given it in a page as well did not miss it. */
function isInAPage(history: readonly Observation[], { client, message }: Live): boolean {
  return history.some(
    (observation) =>
      observation.client === client &&
      (observation.kind === "page" || observation.kind === "older") &&
      observation.page.messages.some(({ id, rev }) => id === message.id && rev === message.rev),
  )
}

/** Who is cut or leaves next might as well have been so a little earlier. */
function isLastBeforeTheEnd(history: readonly Observation[], { client, message }: Live, at: number): boolean {
  const next = history
    .slice(at + 1)
    .find(
      (later) =>
        later.client === client &&
        (later.kind === "cut" ||
          (later.kind === "left" && later.roomId === message.roomId) ||
          (later.kind === "live" && later.message.roomId === message.roomId)),
    )
  return next !== undefined && next.kind !== "live"
}

function isFollowedByItsLike(history: readonly Observation[], { client, message }: Live, at: number): boolean {
  const next = history[at + 1]
  return next?.kind === "live" && next.client === client && next.message.roomId === message.roomId
}

function without(stored: Stored, id: string): Stored {
  return new Map([...stored].map(([roomId, messages]) => [roomId, messages.filter((message) => message.id !== id)]))
}

/** Pages that end exactly where somebody had been told the room was when they were asked for. */
function placesOfAnsweredPages(history: readonly Observation[]): { at: number; told: number }[] {
  return history.flatMap((observation, at) => {
    if (observation.kind !== "page") return []
    const { client, roomId, page } = observation
    const since = history.findLastIndex((earlier, index) => index < at && isAskOf(earlier, client, roomId))
    const others = history.slice(0, at)
    const told = history.slice(0, since).reduce((max, earlier) => Math.max(max, toldBy(earlier, roomId)), 0)
    const isAlone =
      others.filter((earlier) => isAskOf(earlier, client, roomId)).length === answers(others, client, roomId) + 1
    return isAlone && told > 0 && page.rev === told ? [{ at, told }] : []
  })
}

function isAskOf(observation: Observation, client: string, roomId: string): boolean {
  return observation.kind === "asked" && observation.client === client && observation.roomId === roomId
}

function answers(history: readonly Observation[], client: string, roomId: string): number {
  return history.filter(
    (observation) =>
      (observation.kind === "page" || observation.kind === "older") &&
      observation.client === client &&
      observation.roomId === roomId,
  ).length
}

function toldBy(observation: Observation, roomId: string): number {
  if (observation.kind === "live" || observation.kind === "acked") {
    return observation.message.roomId === roomId ? observation.message.rev : 0
  }
  if (observation.kind === "page" && observation.roomId === roomId) return observation.page.rev
  return 0
}
