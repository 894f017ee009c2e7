import { expect, test } from "bun:test"
import { takePage } from "../../src/chat/page.ts"
import { limits } from "../../src/contract/limits.ts"
import type { Message } from "../../src/contract/messages.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"

test("[HIST5] a page that fits is taken whole", () => {
  const messages = messagesOf(50, "short")
  const page = takePage(messages, 50)
  expect(page.messages).toEqual(messages)
  expect(page.hasMore).toBe(false)
  // A guess, and a good one.
  expect(page.bytes / bytesOf(messages)).toBeCloseTo(1, 0)
})

test("[HIST5] a page ends at its limit, and says whether there is more", () => {
  expect(takePage(messagesOf(3, "x"), 2)).toMatchObject({ messages: [{ seq: 1 }, { seq: 2 }], hasMore: true })
  expect(takePage(messagesOf(2, "x"), 2).hasMore).toBe(false)
  expect(takePage([], 2)).toEqual({ messages: [], hasMore: false, bytes: 0 })
})

// The longest content there is, 4,000 code points of four bytes; and one that JSON writes twice as long.
test.each(["😀", '"'])(
  "[HIST5] a page of %s ends where one more would be too many, and reads no further",
  (character) => {
    const messages = messagesOf(200, character.repeat(limits.contentLengthMax))
    let read = 0
    const {
      messages: taken,
      hasMore,
      bytes,
    } = takePage(
      counted(messages, () => read++),
      200,
    )

    expect(hasMore).toBe(true)
    expect(taken.map(({ seq }) => seq)).toEqual(taken.map((_, index) => index + 1))
    expect(bytesOf(taken)).toBeLessThanOrEqual(limits.pageBytesMax)
    expect(bytesOf([...taken, messages[0]])).toBeGreaterThan(limits.pageBytesMax - 1_024)
    expect(bytes).toBeGreaterThan(bytesOf(taken) - 2)
    expect(read).toBe(taken.length + 1)
  },
)

test("[HIST5] a page holds at least one message", () => {
  const page = takePage(messagesOf(2, "x".repeat(limits.pageBytesMax)), 200)
  expect(page.messages.map(({ seq }) => seq)).toEqual([1])
  expect(page.hasMore).toBe(true)
})

test("[HIST5] a page counts all that its messages hold: contents, names, ids and pictures", () => {
  const long = "\u{1f600}".repeat(1_000)
  const heavy: ((message: Message) => Message)[] = [
    (message) => ({ ...message, content: long }),
    (message) => ({ ...message, userId: user(long) }),
    (message) => ({ ...message, user: { username: long, avatar: null } }),
    (message) => ({ ...message, user: { username: "Ann", avatar: long } }),
  ]
  for (const change of heavy) {
    const messages = messagesOf(200, "x").map(change)
    const { messages: taken, hasMore, bytes } = takePage(messages, 200)
    expect(hasMore).toBe(true)
    expect(bytesOf(taken)).toBeLessThanOrEqual(limits.pageBytesMax)
    expect(bytesOf([...taken, messages[0]])).toBeGreaterThan(limits.pageBytesMax - 1_024)
    expect(bytes).toBeGreaterThan(bytesOf(taken) - 2)
  }
})

test("[HIST5] what JSON writes six times as long counts so, in many messages as in one", () => {
  const messages = messagesOf(200, "\u0001".repeat(300))
  const { messages: taken, hasMore } = takePage(messages, 200)
  expect(hasMore).toBe(true)
  expect(bytesOf(taken)).toBeLessThanOrEqual(limits.pageBytesMax)
})

test("[HIST5] there is room for what surrounds the messages: 512 bytes, which no message takes", () => {
  const budget = limits.pageBytesMax - 512
  const filling = (bytes: number) => {
    const messages = messagesOf(70, "x".repeat(3_000))
    const missing = bytes - messages.reduce((sum, message) => sum + bytesOf(message) + 1, 0)
    return messages.map((message) =>
      message.seq === 1 ? { ...message, content: "x".repeat(3_000 + missing) } : message,
    )
  }
  expect(takePage(filling(budget), 100)).toMatchObject({ messages: { length: 70 }, hasMore: false, bytes: budget })
  expect(takePage(filling(budget + 1), 100)).toMatchObject({ messages: { length: 69 }, hasMore: true })
})

const bytesOf = (messages: unknown) => Buffer.byteLength(JSON.stringify(messages))

function* counted<T>(items: Iterable<T>, count: () => void): Generator<T> {
  for (const item of items) {
    count()
    yield item
  }
}

function messagesOf(length: number, content: string): Message[] {
  const roomId = newRoomId()
  return Array.from({ length }, (_, i): Message => {
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
}
