/** A search for messages as it goes on, with a server that answers when the test says so. */
import { expect, test } from "bun:test"
import { signal } from "@preact/signals-core"
import { type Hit, Searching } from "../../src/web/core/searching.ts"
import { Timeline } from "../../src/web/core/timeline.ts"
import type { Message } from "../../src/web/core/wire.ts"

const lost = { ok: false, error: { code: "LOST" } }

function message(seq: number, content = `lemonade ${seq}`, rev = seq) {
  const user = { username: "Ann", avatar: null }
  return {
    id: `m${seq}`,
    roomId: "kitchen",
    seq,
    rev,
    type: "text",
    content,
    userId: "ann",
    user,
  } as unknown as Message
}

function hit(seq: number): Hit {
  const found = message(seq)
  return { message: found, roomName: "Kitchen", excerpt: found.content, matches: [[0, 8]] } as Hit
}

function slowServer() {
  const asked: {
    readonly query: string
    readonly cursor?: string
    readonly roomId?: string
    readonly authorId?: string
  }[] = []
  const answers: ((reply: object) => void)[] = []
  const waits: (() => void)[] = []
  const waited: number[] = []
  const isOnline = signal(true)
  const timeline = new Timeline()
  timeline.reset({ messages: [message(7), message(8), message(9)], rev: 9, hasMore: true })
  const room = { id: "kitchen", feed: { timeline } }
  const connection = {
    get isOnline() {
      return isOnline.value
    },
    request: (_: string, payload: (typeof asked)[number]) => {
      asked.push(payload)
      return new Promise((resolve) => answers.push(resolve))
    },
  }
  const client = { connection, identity: { userId: "ann" }, find: (id: string) => (id === room.id ? room : undefined) }
  const wait = (ms: number) => {
    waited.push(ms)
    return new Promise<void>((resolve) => waits.push(resolve))
  }
  const searching = new Searching(client as never, { wait, epochMs: () => 0, elapsedMs: () => 0 })
  const settled = () => Bun.sleep(0)
  return {
    searching,
    asked,
    waited,
    isOnline,
    timeline,
    room: room as never,
    hits: () => searching.hits.value.map(({ message }) => message.seq),
    /** The moment after the last key is over, or what the server asked to wait. */
    pass: async () => {
      for (const end of waits.splice(0)) end()
      await settled()
    },
    answer: async (at: number, reply: object) => {
      answers[at]?.({ ok: true, ...reply })
      await settled()
    },
  }
}

test("[FIND2] a search begins a moment after the last key, and what was asked last is shown", async () => {
  const { searching, asked, pass, answer, hits } = slowServer()
  searching.begin({ query: "l", room: undefined })
  searching.write("le")
  searching.write(" lem ")
  await pass()
  expect(asked.map(({ query }) => query)).toEqual(["lem"])
  searching.write("lemo")
  await pass()
  await answer(1, { hits: [hit(9)] })
  await answer(0, { hits: [hit(8), hit(7)] })
  expect([hits(), searching.isBusy.value, searching.hasMore.value]).toEqual([[9], false, false])
  // Nobody's every message is worth asking for.
  searching.write(" ")
  await pass()
  expect([asked.length, hits(), searching.isBusy.value]).toEqual([2, [], false])
})

test("[FIND1] in one room or in all, by one person or anybody; whoever goes on finds it as it was", async () => {
  const { searching, asked, pass, answer, hits, room } = slowServer()
  searching.begin({ query: "lemonade", room })
  searching.from({ userId: "bob", username: "Bob", avatar: null })
  await pass()
  await answer(0, { hits: [hit(9)] })
  searching.opened(hit(9))
  searching.begin({ query: undefined, room: undefined })
  expect([hits(), searching.query.value, searching.current.value]).toEqual([[9], "lemonade", "m9"])
  searching.in(undefined)
  searching.from(undefined)
  await pass()
  expect(asked.map(({ roomId, authorId }) => [roomId, authorId])).toEqual([
    ["kitchen", "bob"],
    [undefined, undefined],
  ])
})

test("[FIND2] a page that is empty is not the last one, and more comes behind what is there", async () => {
  const { searching, asked, pass, answer, hits } = slowServer()
  searching.begin({ query: "lemonade", room: undefined })
  await pass()
  await answer(0, { hits: [], cursor: "1" })
  await answer(1, { hits: [hit(9)], cursor: "2" })
  expect([hits(), searching.hasMore.value, searching.isBusy.value]).toEqual([[9], true, false])
  const more = searching.more()
  await answer(2, { hits: [hit(8)] })
  await more
  expect([hits(), searching.hasMore.value]).toEqual([[9, 8], false])
  expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, "1", "2"])
})

test("[FIND2] [LIM1] a server that asks to wait is asked again, and one that was away once it is back", async () => {
  const { searching, asked, waited, pass, answer, hits, isOnline } = slowServer()
  searching.begin({ query: "lemonade", room: undefined })
  await pass()
  await answer(0, { ok: false, error: { code: "ERR_RATE_LIMITED", message: "Too many.", retryAfterMs: 700 } })
  expect([waited.at(-1), searching.isBusy.value, searching.problem.value]).toEqual([700, true, undefined])
  await pass()
  isOnline.value = false
  await answer(1, lost)
  expect([searching.isBusy.value, searching.problem.value]).toEqual([false, lost.error])
  isOnline.value = true
  await answer(2, { hits: [hit(9)] })
  expect([asked.length, hits(), searching.problem.value]).toEqual([3, [9], undefined])
  searching.end()
  isOnline.value = false
  isOnline.value = true
  expect(asked.length).toBe(3)
})

test("[DEL1] what is deleted is no hit any more, and an edited one says what it says now", async () => {
  const { searching, pass, answer, hits, timeline } = slowServer()
  searching.begin({ query: "lemonade", room: undefined })
  await pass()
  await answer(0, { hits: [hit(9), hit(8), hit(3)] })
  timeline.hideOnly(new Set(["m9"]))
  expect(hits()).toEqual([8, 3])
  timeline.hideOnly(new Set())
  expect(hits()).toEqual([9, 8, 3])
  timeline.receive({ ...message(9, "", 10), deletedAt: "2026-01-31T12:00:00.000Z" } as Message)
  // One that was never fetched, too.
  timeline.receive({ ...message(3, "", 11), deletedAt: "2026-01-31T12:00:00.000Z" } as Message)
  timeline.receive(message(8, "no  ice", 12))
  expect(searching.hits.value.map(({ excerpt, matches }) => [excerpt, matches])).toEqual([["no ice", []]])
})
