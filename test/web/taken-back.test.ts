/** When a notification is taken back: what it tells of was deleted, changed, or read elsewhere. */
import { expect, test } from "bun:test"
import { signal } from "@preact/signals-core"
import { isTakenBack, type Shown } from "../../src/web/alerts/taken-back.ts"
import { latestIn } from "../../src/web/core/standing.ts"
import { Timeline } from "../../src/web/core/timeline.ts"
import type { Message } from "../../src/web/core/wire.ts"

const at = "2026-01-31T12:00:00.000Z"

function message(seq: number, content: string, rev = seq): Message {
  const user = { username: "Bob", avatar: null }
  return { id: `m${seq}`, roomId: "r", seq, rev, type: "text", content, userId: "bob", user, createdAt: at } as never
}

function shownIn(joined: boolean) {
  const timeline = new Timeline()
  timeline.reset({ messages: [message(1, "hello"), message(2, "secret")], rev: 2, hasMore: false })
  const hinted = signal<object | undefined>(latestIn(message(2, "secret")))
  const unread = signal(2)
  const room = { unread, feed: { timeline }, standing: { hinted } }
  const told = { ...latestIn(message(2, "secret")), room, isForMe: false, unread: 2 }
  const shown = { ...told, message: joined ? message(2, "secret") : undefined } as unknown as Shown
  return { timeline, hinted, unread, isOver: () => isTakenBack(shown) }
}

test("[DEL1] a notification of what is deleted or edited goes, and of what is not, stays", () => {
  for (const change of [message(2, "another", 3), { ...message(2, "", 3), deletedAt: at }]) {
    const { timeline, isOver } = shownIn(true)
    timeline.receive(message(1, "hello, all", 3))
    expect(isOver()).toBe(false)
    timeline.receive({ ...change, rev: 4 })
    expect(isOver()).toBe(true)
  }
})

test("[DEL1] [PERS1] so does one of a room that is not joined, by what the server tells of its last message", () => {
  const { hinted, isOver } = shownIn(false)
  expect(isOver()).toBe(false)
  hinted.value = { ...latestIn(message(3, "another")), at: "2026-01-31T12:00:01.000Z" }
  expect(isOver()).toBe(false)
  // The time is that of the last that came, deleted or not.
  hinted.value = latestIn(message(1, "hello"))
  expect(isOver()).toBe(true)
  hinted.value = undefined
  expect(isOver()).toBe(true)
})

test("[READ1] what was read on another device is told no more on this one", () => {
  const { unread, isOver } = shownIn(true)
  unread.value = 1
  expect(isOver()).toBe(false)
  unread.value = 0
  expect(isOver()).toBe(true)
})
