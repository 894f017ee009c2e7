import { expect, test } from "bun:test"
import { answeredNow } from "../../src/web/core/answered.ts"
import { Timeline } from "../../src/web/core/timeline.ts"
import type { Message, Quote } from "../../src/web/core/wire.ts"

const quote = (seq: number): Quote =>
  ({ id: `m${seq}`, seq, userId: "bob", username: "Bob", excerpt: "before" }) as never
const message = (seq: number, content: string, rev = seq) =>
  ({ id: `m${seq}`, seq, rev, type: "text", content, userId: "bob", user: { username: "Bob" } }) as unknown as Message

test("[REPLY1] [DEL1] what is being answered is shown as it is, and not once it is gone, also while one was away", () => {
  const timeline = new Timeline()
  expect(answeredNow(quote(5), timeline)?.excerpt).toBe("before")
  timeline.reset({ messages: [message(5, "five"), message(7, "seven")], rev: 8, hasMore: true })
  expect([5, 6, 7, 2].map((seq) => answeredNow(quote(seq), timeline)?.excerpt)).toEqual([
    "five",
    undefined,
    "seven",
    "before",
  ])
  timeline.receive(message(5, "five, edited", 9))
  timeline.receive({ ...message(7, "", 10), deletedAt: "2026-01-31T12:00:00.000Z" })
  expect([5, 7].map((seq) => answeredNow(quote(seq), timeline)?.excerpt)).toEqual(["five, edited", undefined])
})
