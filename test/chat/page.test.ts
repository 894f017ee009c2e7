import { expect, test } from "bun:test"
import { fitPage } from "../../src/chat/page.ts"
import type { Page } from "../../src/chat/store.ts"
import { limits } from "../../src/contract/limits.ts"
import type { Message } from "../../src/contract/schemas.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"

test("[HIST5] a page that fits is left as it is", () => {
  const page = pageOf(50, "short")
  expect(fitPage(page, "start")).toBe(page)
})

test("[HIST5] history drops the oldest, a page by since the highest rev, and both say so", () => {
  // The longest content there is: 4,000 code points of four bytes.
  const page = pageOf(200, "😀".repeat(limits.contentLengthMax))

  const history = fitPage(page, "start")
  expect(history.messages.at(-1)?.seq).toBe(200)
  const since = fitPage(page, "end")
  expect(since.messages[0]?.seq).toBe(1)
  for (const { messages, hasMore } of [history, since]) {
    expect(hasMore).toBe(true)
    expect(bytesOf(messages)).toBeLessThanOrEqual(limits.pageBytesMax)
    expect(bytesOf([...messages, messages[0]])).toBeGreaterThan(limits.pageBytesMax - 1_024)
  }
})

test("[HIST5] JSON's escapes count", () => {
  const { messages } = fitPage(pageOf(200, '"'.repeat(limits.contentLengthMax)), "start")
  expect(messages.length).toBeLessThan(200)
  expect(bytesOf(messages)).toBeLessThanOrEqual(limits.pageBytesMax)
})

test("[HIST5] a page holds at least one message", () => {
  const page = pageOf(2, "x".repeat(limits.pageBytesMax))
  expect(fitPage(page, "start").messages.map(({ seq }) => seq)).toEqual([2])
  expect(fitPage(page, "end").messages.map(({ seq }) => seq)).toEqual([1])
})

const bytesOf = (messages: readonly unknown[]) => Buffer.byteLength(JSON.stringify(messages))

function pageOf(length: number, content: string): Page {
  const roomId = newRoomId()
  const messages = Array.from({ length }, (_, i): Message => {
    const numbers = { seq: i + 1, rev: i + 1 }
    const author = { userId: user("ann"), user: { username: "Ann", avatar: null } }
    return {
      id: newMessageId(),
      roomId,
      ...numbers,
      type: "text",
      content,
      ...author,
      createdAt: "2026-01-31T12:00:00.000Z",
    }
  })
  return { messages, rev: length, hasMore: false, reset: false }
}
