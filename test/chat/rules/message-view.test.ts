/** What of a message is shown to whom. What stores make of it is in test/store. */
import { expect, test } from "bun:test"
import { pageSeenBy, quoteOfMessage, seenBy, unclearTo, withExtra } from "../../../src/chat/rules/message-view.ts"
import type { Original } from "../../../src/chat/rules/working-set.ts"
import type { File } from "../../../src/contract/files.ts"
import type { Message } from "../../../src/contract/messages.ts"
import { newMessageId, user } from "../../support/ids.ts"

const [ann, bob] = [user("ann"), user("bob")]
const files = ["first.png", "second.png"].map((name) => ({ name, url: `/files/id/${name}` }) as File)
const message = { id: newMessageId(), seq: 1, content: "hello", userId: ann, user: { username: "Ann" } } as Message
const reactions = [
  { emoji: "👍", count: 2, userIds: [ann, bob] },
  { emoji: "🎉", count: 1, userIds: [bob] },
  { emoji: "🦩", count: 12, userIds: [bob] },
]

test("[MSG2] a quote has the beginning of a text, and where there is none the name of the first file", () => {
  const whole = (of: Partial<Message>) => quoteOfMessage({ ...message, ...of }).excerpt
  const stored = (content: string) => {
    const original = { ...message, author: { id: ann, username: "Ann" }, content, files } as unknown as Original
    return withExtra(message, { original }).replyTo?.excerpt
  }
  expect([whole({ files }), stored("hello")]).toEqual(["hello", "hello"])
  const shown = `http://here.example${files[0]?.url}`
  expect([whole({ content: shown, files }), stored("")]).toEqual(["first.png", "first.png"])
  expect(quoteOfMessage(message)).not.toHaveProperty("isDeleted")
  expect(quoteOfMessage({ ...message, deletedAt: "2026-01-31T12:00:00.000Z" })).toMatchObject({ isDeleted: true })
})

test("[MSG2] what is one's own is marked, and what has nothing of theirs is what all others see", () => {
  const reacted = { ...message, reactions }
  const own = (name: string, mine?: readonly string[]) =>
    seenBy(reacted, user(name), mine)
      .reactions?.filter(({ isMine }) => isMine)
      .map(({ emoji }) => emoji)
  expect([own("ann"), own("ann", ["🦩"]), own("cleo", ["🦩"])]).toEqual([["👍"], ["👍", "🦩"], ["🦩"]])
  expect(seenBy(reacted, user("cleo"))).toBe(reacted)
  const page = { messages: [message, reacted], rev: 2, epoch: "now", hasMore: false, reset: false, bytes: 0 }
  expect(pageSeenBy(page, user("cleo"))).toBe(page.messages)
  expect(pageSeenBy(page, ann)).toEqual([message, seenBy(reacted, ann)])
})

test("[MSG2] what somebody has on a message is looked up where it does not name all who do", () => {
  const asked = (name?: string) =>
    unclearTo(name === undefined ? name : user(name), [message, { ...message, reactions }])
  expect(asked("ann")).toEqual([{ messageId: message.id, emoji: "🦩" }])
  expect([asked("bob"), asked()]).toEqual([[], []])
})
