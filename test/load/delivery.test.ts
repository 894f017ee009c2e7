/** Each anomaly, let in by hand into a history that is clean without it. */
import { expect, test } from "bun:test"
import { checkDelivery } from "../../src/load/delivery/delivery-check.ts"
import type { Message, Observation, Send, Stored } from "../../src/load/delivery/observation.ts"
import { newMessage } from "./history.ts"

const roomId = "room"
const sends = [1, 2, 3, 4, 5].map((n): Send => ({ roomId, id: `m${n}`, content: `content ${n}` }))
const [m1, m2, m3, m4, m5] = sends.map((send, index) => newMessage("ann", send, index + 1)) as [
  Message,
  Message,
  Message,
  Message,
  Message,
]
const messages = [m1, m2, m3]
const stored: Stored = new Map([[roomId, messages]])

test("a conversation in which everybody is told everything is clean", () => {
  expect(judge(conversation())).toEqual([])
})

test("lost: an acked message is not stored", () => {
  const history = conversation()
  expect(judge(history, [m1, m2])).toEqual(["lost m3 ann"])
})

test("lost: a client sees a jump, and nothing fills it", () => {
  const history = drop(conversation(), "bob", m2)
  expect(judge(history)).toEqual(["lost m2 bob"])
})

test("a jump that a sync fills is no loss", () => {
  const page = { joined: false, since: 1, rev: 3, hasMore: false, messages: [m2, m3] }
  const history = [
    ...drop(conversation(), "bob", m2),
    asked("bob"),
    { kind: "page", client: "bob", roomId, page } as const,
  ]
  expect(judge(history)).toEqual([])
})

test("lost: a rev was told of that the store has not reached", () => {
  const page = { joined: true, rev: 4, hasMore: true, messages: [m2, m3] }
  const history = [...conversation(), asked("dan"), { kind: "page", client: "dan", roomId, page } as const]
  expect(judge(history)).toEqual(["lost rev 4"])
})

test("lost: a page says that there is more, and the client is never given it", () => {
  const page = { joined: true, since: 0, rev: 3, hasMore: true, messages: [m1] }
  const history = [...conversation(), asked("dan"), { kind: "page", client: "dan", roomId, page } as const]
  expect(judge(history)).toEqual(["lost m2 dan", "lost m3 dan"])
})

test("hole: the latest messages never come, and nothing shows it", () => {
  const history = drop(conversation(), "bob", m3)
  expect(judge(history)).toEqual(["hole m3 bob"])
})

test("hole: a page leaves a message out", () => {
  const page = { joined: false, since: 0, rev: 3, hasMore: false, messages: [m1, m3] }
  const history = [...conversation(), asked("bob"), { kind: "page", client: "bob", roomId, page } as const]
  expect(judge(history)).toEqual(["hole m2 bob"])
})

test("hole: a page of older messages leaves one out", () => {
  const page = { before: 4, hasMore: false, messages: [m1, m3] }
  const history = [...conversation(), asked("bob"), { kind: "older", client: "bob", roomId, page } as const]
  expect(judge(history)).toEqual(["hole m2 bob"])
})

test("hole: a number belongs to no message", () => {
  expect(judge([], [m1, m3], { strangers: true })).toEqual(["hole rev 2"])
})

test("duplicated: a message is delivered twice", () => {
  const history = [...conversation(), live("bob", m3)]
  expect(judge(history)).toEqual(["duplicated m3 bob"])
})

test("duplicated: a live message repeats the history it follows", () => {
  const page = { joined: true, rev: 3, hasMore: false, messages }
  const history = [
    ...conversation(),
    asked("dan"),
    { kind: "page", client: "dan", roomId, page } as const,
    live("dan", m3),
  ]
  expect(judge(history)).toEqual(["duplicated m3 dan"])
})

test("duplicated: what was sent once is stored twice", () => {
  const again = { ...m3, id: "m3-again", seq: 4, rev: 4 }
  const [send] = sends
  const nameless = { roomId, content: m3.content }
  const history: Observation[] = conversation().map((observation) =>
    "send" in observation && observation.send.content === nameless.content
      ? { ...observation, send: nameless }
      : observation,
  )
  expect(send?.id).toBe("m1")
  expect(judge([...history, live("ann", again), live("bob", again)], [...messages, again])).toEqual([
    "duplicated m3-again",
  ])
})

test("duplicated: the store holds an id twice", () => {
  expect(judge(conversation(), [m1, m2, m2, m3])).toContain("duplicated m2")
})

test("reordered: live messages change places", () => {
  const history = conversation()
  const at = history.findIndex((o) => o.kind === "live" && o.client === "bob" && o.message === m2)
  const then = history.findIndex((o) => o.kind === "live" && o.client === "bob" && o.message === m3)
  const swapped = history.with(at, history[then]!).with(then, history[at]!)
  expect(judge(swapped)).toEqual(["reordered m2 bob"])
})

test("reordered: a page is not in order", () => {
  const page = { before: 4, hasMore: false, messages: [m2, m1, m3] }
  const history = [...conversation(), asked("bob"), { kind: "older", client: "bob", roomId, page } as const]
  expect(judge(history)).toEqual(["reordered m1 bob"])
})

test("reordered: an ack comes before the sender's own message", () => {
  const history = conversation()
  const at = history.findIndex((o) => o.kind === "live" && o.client === "ann" && o.message === m2)
  const swapped = history.with(at, history[at + 1]!).with(at + 1, history[at]!)
  expect(history[at + 1]).toMatchObject({ kind: "acked", client: "ann", message: m2 })
  expect(judge(swapped)).toEqual(["reordered m2 ann"])
})

test("reordered: a retry is answered before the sender's own message, which another server stored", () => {
  const send = sends[3]!
  const early: Observation[] = [
    ...conversation(),
    { kind: "sent", client: "ann", send },
    { kind: "acked", client: "ann", send, message: m4, duplicate: true },
  ]
  const late = [live("ann", m4), live("bob", m4)]
  expect(judge([...early, ...late], [...messages, m4])).toEqual(["reordered m4 ann"])
  expect(judge([...early.toSpliced(-1, 0, ...late)], [...messages, m4])).toEqual([])
})

test("an ack may come after a change that has overtaken the sender's own message", () => {
  const send = sends[3]!
  const overtaking = { ...m4, rev: 5, content: "edited", editedAt: m4.createdAt }
  const acked = [
    { kind: "sent", client: "ann", send },
    { kind: "acked", client: "ann", send, message: m4 },
  ] as const satisfies Observation[]
  const told = [live("bob", m4), live("ann", overtaking), live("bob", overtaking)]
  const then = [...messages, overtaking]
  expect(judge([...conversation(), acked[0], ...told, acked[1]], then)).toEqual([])
  expect(judge([...conversation(), ...acked, ...told], then)).toEqual(["reordered m4 ann"])
})

test("reordered: a connection's sends take effect in another order", () => {
  const [first, second] = [sends[0]!, sends[1]!]
  const swapped = [newMessage("ann", second, 1), newMessage("ann", first, 2)]
  const history: Observation[] = [
    { kind: "sent", client: "ann", send: first },
    { kind: "sent", client: "ann", send: second },
    { kind: "acked", client: "ann", send: first, message: swapped[1]! },
    { kind: "acked", client: "ann", send: second, message: swapped[0]! },
  ]
  expect(judge(history, swapped)).toEqual(["reordered m2 ann"])
})

test("reordered: a message comes before the history it should follow", () => {
  const page = { joined: true, rev: 3, hasMore: false, messages }
  const history = [
    ...conversation(),
    asked("dan"),
    live("dan", m3),
    { kind: "page", client: "dan", roomId, page } as const,
  ]
  expect(judge(history)).toEqual(["reordered m3 dan"])
})

test("reordered: the store's times run back", () => {
  const early = { ...m3, createdAt: "2026-01-31T11:00:00.000Z" }
  expect(judge([], [m1, m2, early], { strangers: true })).toEqual(["reordered m3"])
})

test("phantom: a message is seen that is not stored", () => {
  const ghost = newMessage("ann", { roomId, id: "ghost", content: "boo" }, 4)
  expect(judge([...conversation(), live("bob", ghost)])).toEqual(["phantom ghost bob"])
})

test("phantom: a message is stored otherwise than one client saw it", () => {
  const forged = { ...m3, content: "forged" }
  const history = conversation().map((o) =>
    o.kind === "live" && o.client === "bob" && o.message === m3 ? live("bob", forged) : o,
  )
  expect(judge(history)).toEqual(["phantom m3 bob"])
})

test("phantom: nobody sent what is stored", () => {
  expect(judge([...conversation(), live("ann", m4), live("bob", m4)], [...messages, m4])).toEqual(["phantom m4"])
})

test("others may have written to the room, if that is said", () => {
  const history = [...conversation(), live("ann", m4), live("bob", m4)]
  expect(judge(history, [...messages, m4], { strangers: true })).toEqual([])
})

test("phantom: a refused message is stored all the same", () => {
  const send = sends[3]!
  const refused: Observation[] = [
    { kind: "sent", client: "ann", send },
    { kind: "refused", client: "ann", send, code: "ERR_NOT_IN_ROOM" },
  ]
  const history = [...conversation(), ...refused, live("ann", m4), live("bob", m4)]
  expect(judge(history, [...messages, m4])).toEqual(["phantom m4 ann"])
})

test.each(["ERR_STORAGE", "ERR_BUSY"] as const)("[ERR1] after %s a message may be stored or not", (code) => {
  const send = sends[3]!
  const history: Observation[] = [
    ...conversation(),
    { kind: "sent", client: "ann", send },
    { kind: "refused", client: "ann", send, code },
  ]
  expect(judge(history)).toEqual([])
  expect(judge([...history, live("ann", m4), live("bob", m4)], [...messages, m4])).toEqual([])
})

test("phantom: an ack holds another message than was sent", () => {
  const history = conversation().map((o) => (o.kind === "acked" && o.message === m3 ? { ...o, message: m2 } : o))
  expect(judge(history)).toEqual(["phantom m2 ann", "lost m2 ann"])
})

test("stale: a page ends before what was told when it was asked for", () => {
  const page = { joined: true, rev: 2, hasMore: false, messages: [m1, m2] }
  const history = [
    ...conversation(),
    asked("dan"),
    { kind: "page", client: "dan", roomId, page } as const,
    live("dan", m3),
  ]
  expect(judge(history)).toEqual(["stale rev 2 dan"])
})

test("what is told while a page is under way does not make it stale", () => {
  const page = { joined: true, rev: 2, hasMore: false, messages: [m1, m2] }
  const [before, after] = split(conversation(), (o) => o.kind === "live" && o.message === m3)
  const history = [
    ...before,
    asked("dan"),
    ...after,
    { kind: "page", client: "dan", roomId, page } as const,
    live("dan", m3),
  ]
  expect(judge(history)).toEqual([])
})

test("stale: a message reaches a client that has left", () => {
  const history: Observation[] = [
    ...conversation(),
    { kind: "left", client: "bob", roomId },
    { kind: "sent", client: "ann", send: sends[3]! },
    live("bob", m4),
    live("ann", m4),
  ]
  expect(judge(history, [...messages, m4])).toEqual(["stale m4 bob"])
})

test("who was cut is owed nothing until it is back, and then everything since", () => {
  const send = sends[3]!
  const cut: Observation[] = [
    ...conversation(),
    { kind: "cut", client: "bob" },
    { kind: "sent", client: "ann", send },
    live("ann", m4),
    { kind: "acked", client: "ann", send, message: m4 },
  ]
  expect(judge(cut, [...messages, m4])).toEqual([])

  const back = (given: Message[]): Observation[] => [
    ...cut,
    asked("bob"),
    { kind: "page", client: "bob", roomId, page: { joined: true, since: 3, rev: 4, hasMore: false, messages: given } },
  ]
  expect(judge(back([m4]), [...messages, m4])).toEqual([])
  expect(judge(back([]), [...messages, m4])).toEqual(["hole m4 bob"])
})

test("[SEND3] a retry is told the stored message, and that is no duplicate", () => {
  const [send, message] = [sends[2]!, m3]
  const history: Observation[] = [
    ...conversation(),
    { kind: "sent", client: "ann", send },
    { kind: "acked", client: "ann", send, message, duplicate: true },
  ]
  expect(judge(history)).toEqual([])
})

test("a room of which only the end is known need not begin at 1", () => {
  const page = { joined: true, rev: 3, hasMore: true, messages: [] }
  const history: Observation[] = [
    { kind: "page", client: "ann", roomId, page },
    { kind: "page", client: "bob", roomId, page },
    ...sends.slice(3).map((send): Observation => ({ kind: "sent", client: "ann", send })),
    ...[m4, m5].flatMap((message) => [live("ann", message), live("bob", message)]),
  ]
  expect(judge(history, [m4, m5], { partial: true })).toEqual([])
  expect(judge(drop(history, "bob", m5), [m4, m5], { partial: true })).toEqual(["hole m5 bob"])
})

/** Ann edits what she said first, and deletes it. */
const edited = { ...m1, rev: 4, content: "edited", editedAt: m1.createdAt }
const deleted = { ...m1, rev: 5, content: "", deletedAt: m1.createdAt }
const change = (message: Message): Observation[] => [
  live("bob", message),
  live("ann", message),
  { kind: "changed", client: "ann", changed: { roomId, message } },
]

test("changes that everybody is told of are clean, and what is deleted is missed by no page of what is there", () => {
  const history = [...conversation(), ...change(edited), ...change(deleted)]
  expect(judge(history, [deleted, m2, m3])).toEqual([])
  const page = { hasMore: false, messages: [m2, m3] }
  const older: Observation[] = [asked("bob"), { kind: "older", client: "bob", roomId, page }]
  expect(judge([...history, ...older], [deleted, m2, m3])).toEqual([])
})

test("who comes after a deletion is not owed it; who was away is", () => {
  const history = [...conversation(), ...change(edited), ...change(deleted)]
  const page = { joined: true, rev: 5, hasMore: false, messages: [m2, m3] }
  const come: Observation[] = [asked("cem"), { kind: "page", client: "cem", roomId, page }]
  expect(judge([...history, ...come], [deleted, m2, m3])).toEqual([])
  const back: Observation[] = [
    { kind: "cut", client: "bob" },
    asked("bob"),
    { kind: "page", client: "bob", roomId, page: { ...page, since: 3, messages: [] } },
  ]
  const away = history.filter(
    (o) => !(o.kind === "live" && o.client === "bob" && o.message.id === m1.id && o.message.rev > 1),
  )
  expect(judge([...away, ...back], [deleted, m2, m3])).toEqual(["hole m1 bob"])
})

test("lost: a change was acked, and is not stored", () => {
  expect(judge([...conversation(), ...change(edited)], [m1, m2, m3])).toContain("lost m1 ann")
})

test("revived: a deleted message has a text again", () => {
  const again = { ...m1, rev: 6, content: "back" }
  const history = [...conversation(), ...change(edited), ...change(deleted), live("bob", again), live("ann", again)]
  expect(judge(history, [again, m2, m3])).toEqual(["revived m1 bob", "revived m1 store"])
})

test("stale: a page has a message as it was before a change that was told when it was asked for", () => {
  const page = { hasMore: false, messages: [m1, m2, m3] }
  const older: Observation[] = [asked("bob"), { kind: "older", client: "bob", roomId, page }]
  expect(judge([...conversation(), ...change(edited), ...older], [edited, m2, m3])).toEqual(["stale m1 bob"])
})

test("reordered: a change comes after a later one", () => {
  const history = [
    ...conversation(),
    live("ann", edited),
    live("ann", deleted),
    live("bob", deleted),
    live("bob", edited),
  ]
  expect(judge(history, [deleted, m2, m3])).toEqual(["reordered m1 bob"])
})

/** Ann and Bob are in a room, Ann says three things, and everybody is told. */
function conversation(): Observation[] {
  const page = { joined: true, rev: 0, hasMore: false, messages: [] }
  return [
    asked("ann"),
    { kind: "page", client: "ann", roomId, page },
    asked("bob"),
    { kind: "page", client: "bob", roomId, page },
    ...messages.flatMap((message, index): Observation[] => [
      { kind: "sent", client: "ann", send: sends[index]! },
      live("bob", message),
      live("ann", message),
      { kind: "acked", client: "ann", send: sends[index]!, message },
    ]),
  ]
}

function asked(client: string): Observation {
  return { kind: "asked", client, roomId }
}

function live(client: string, message: Message): Observation {
  return { kind: "live", client, message }
}

function drop(history: readonly Observation[], client: string, message: Message): Observation[] {
  const at = history.findIndex((o) => o.kind === "live" && o.client === client && o.message === message)
  expect(at).toBeGreaterThan(-1)
  return history.toSpliced(at, 1)
}

function split(history: readonly Observation[], at: (observation: Observation) => boolean) {
  const place = history.findIndex(at)
  expect(place).toBeGreaterThan(-1)
  return [history.slice(0, place), history.slice(place)] as const
}

/** The anomalies as "kind message client". */
function judge(history: readonly Observation[], inStore?: readonly Message[], options = {}): string[] {
  const truth = inStore ? new Map([[roomId, inStore]]) : stored
  return checkDelivery(history, truth, options).map(({ kind, id, rev, client }) =>
    [kind, id ?? `rev ${rev}`, client].filter(Boolean).join(" "),
  )
}
