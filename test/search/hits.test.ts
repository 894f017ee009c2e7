/** What is answered of what the index found, as the data itself has it by then. */
import { expect, test } from "bun:test"
import { writeCursor } from "../../src/chat/cursor.ts"
import type { Wanted } from "../../src/chat/searcher.ts"
import type { Message } from "../../src/contract/messages.ts"
import { readHits } from "../../src/search/hits.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"

const [garden, kitchen] = [newRoomId(), newRoomId()]
const noon = Date.parse("2026-01-31T12:00:00.000Z")

function message(seq: number, more: Partial<Message> = {}): Message {
  const [id, by] = [newMessageId(), { userId: user("ann"), user: { username: "Ann", avatar: null } }]
  const createdAt = new Date(noon + seq).toISOString()
  return { id, roomId: garden, seq, rev: seq, type: "text", content: "apple pie", createdAt, ...by, ...more } as Message
}

async function read(messages: readonly Message[], wanted: Partial<Wanted> = {}, next?: number) {
  const none = { authorId: undefined, before: undefined, after: undefined, below: undefined }
  const asked = { query: "pie", roomIds: [garden], viewer: undefined, otherViewers: [], limit: 20, ...none, ...wanted }
  const told = messages.map((message) => ({ message, roomName: "Garden" }))
  const revs = new Map([[garden, 90] as const, [kitchen, 7] as const])
  const hits = await readHits({ told: async () => ({ messages: told, revs }) }, { messages, next }, asked)
  return { ...hits, answer: JSON.parse(hits.answer) }
}

test("[FIND1] a hit is told with where its words are, and what has other words by now is none", async () => {
  const [first, other] = [message(1), message(2, { content: "plum tart" })]
  const { answer, count } = await read([other, first])
  expect(answer).toEqual({
    ok: true,
    hits: [{ message: first, roomName: "Garden", excerpt: "apple pie", matches: [[6, 9]] }],
  })
  expect(count).toBe(1)
})

test("[FIND1] neither moment is part of what was sent before it and after it", async () => {
  const messages = [message(3), message(2), message(1)]
  const seqs = async (wanted: Partial<Wanted>) =>
    (await read(messages, wanted)).answer.hits.map((hit: { message: Message }) => hit.message.seq)
  expect(await seqs({ before: noon + 3 })).toEqual([2, 1])
  expect(await seqs({ after: noon + 1 })).toEqual([3, 2])
  expect(await seqs({ before: noon + 3, after: noon + 1 })).toEqual([2])
})

test("[FIND1] there is a cursor where there may be more, even behind what is no hit", async () => {
  for (const next of [0, -4_096, 12]) expect((await read([], {}, next)).answer.cursor).toBe(writeCursor(next))
  expect((await read([message(1)])).answer).not.toHaveProperty("cursor")
})

test("[FIND2] of each room it is known how far it was, and what was read of it: hits and what they answer", async () => {
  const replyTo = { id: newMessageId(), seq: 5, userId: user("bob"), username: "Bob", excerpt: "pie?" }
  const there = message(4, { roomId: kitchen })
  const { read: rooms } = await read([message(9), there, message(8, { replyTo }), message(7, { content: "tart" })])
  expect(rooms).toEqual([
    { roomId: garden, rev: 90, seqs: [9, 8, 5] },
    { roomId: kitchen, rev: 7, seqs: [4] },
  ])
})

test("[MSG2] reactions are told as theirs who asks, and that one cannot be told by the ten that are named", async () => {
  const [ann, bob] = [user("ann"), user("bob")]
  const few = message(1, { reactions: [{ emoji: "👍", count: 2, userIds: [ann, bob] }] })
  const many = message(2, { reactions: [{ emoji: "👍", count: 11, userIds: [ann] }] })
  const mine = async (messages: readonly Message[], wanted: Partial<Wanted>) => {
    const { answer, isUnclear } = await read(messages, wanted)
    return [answer.hits.map((hit: { message: Message }) => hit.message.reactions?.[0]?.isMine), isUnclear]
  }
  expect(await mine([few], { viewer: bob })).toEqual([[true], false])
  expect(await mine([few], { viewer: user("carol") })).toEqual([[undefined], false])
  expect(await mine([few], {})).toEqual([[undefined], false])
  expect(await mine([few], { viewer: user("carol"), otherViewers: [[garden, ann]] })).toEqual([[true], false])
  expect(await mine([many, few], { viewer: bob })).toEqual([[undefined, true], true])
  expect(await mine([many, few], { viewer: ann })).toEqual([[true, true], false])
})
