/** What of a message's reactions is looked up, and what stands with the message. The rest is in test/store, on every store. */
import { expect, test } from "bun:test"
import { isOn, reactionsAfter } from "../../../src/chat/rules/reactions.ts"
import type { MessageRecord, Reaction, WorkingSet } from "../../../src/chat/rules/working-set.ts"
import { limits } from "../../../src/contract/limits.ts"
import { newMessageId, user } from "../../support/ids.ts"

const emoji = "👍"
const named = Array.from({ length: limits.reactorsTold }, (_, i) => user(`user ${i}`))
const messageId = newMessageId()
const keyOf = (name: string) => ({ messageId, emoji, userId: user(name) })

/** With as many on it, of whom the first ten are named. */
function setUp(count: number) {
  const looked: string[] = []
  const set = {
    hasReaction: () => looked.push("one") > 0,
    reactors: () => {
      looked.push("all")
      return [...named, user("user 10")]
    },
  } as unknown as WorkingSet
  const reaction: Reaction = { emoji, count, userIds: named.slice(0, count) }
  return { looked, set, message: { id: messageId, extra: { reactions: [reaction] } } as unknown as MessageRecord }
}

test("[REACT1] who has it on is looked up only where somebody has who is not named", () => {
  const few = setUp(named.length)
  expect([isOn(few.set, few.message, keyOf("user 3")), isOn(few.set, few.message, keyOf("eve"))]).toEqual([true, false])
  expect(isOn(few.set, few.message, { ...keyOf("user 3"), emoji: "🎉" })).toBe(false)
  expect(few.looked).toEqual([])
  const many = setUp(named.length + 1)
  expect(isOn(many.set, many.message, keyOf("user 10"))).toBe(true)
  expect(many.looked).toEqual(["one"])
})

test("[MSG2] who comes next is looked up only where one who is named goes, and others are not", () => {
  const all = setUp(named.length)
  expect(reactionsAfter(all.set, all.message, keyOf("user 0"), false)).toEqual([
    { emoji, count: 9, userIds: named.slice(1) },
  ])
  const many = setUp(named.length + 1)
  expect(reactionsAfter(many.set, many.message, keyOf("user 10"), false)).toEqual([
    { emoji, count: 10, userIds: named },
  ])
  expect([all.looked, many.looked]).toEqual([[], []])
  expect(reactionsAfter(many.set, many.message, keyOf("user 0"), false)).toEqual([
    { emoji, count: 10, userIds: [...named.slice(1), user("user 10")] },
  ])
  expect(many.looked).toEqual(["all"])
})
