import { expect, test } from "bun:test"
import fc from "fast-check"
import * as v from "valibot"
import { clientEvents } from "../../src/contract/events.ts"
import { plainMessage } from "../../src/contract/plain-message.ts"

const text = fc.oneof(
  fc.string({ unit: "grapheme-ascii", maxLength: 130 }),
  fc.string({ unit: "binary", maxLength: 130 }),
  fc.string({
    unit: fc.constantFrom("a", " ", "\t", "\n", "\r", "\0", "\u007f", "~", "\u00a0", "\u200b", "é"),
    maxLength: 6,
  }),
  fc.integer({ min: 3_998, max: 4_002 }).map((length) => "x".repeat(length)),
)
const uuid = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
  fc.uuid().map((id) => `${id}\n`),
  text,
)
const odd = fc.constantFrom(undefined, null, 0, 7, true, [], {}, "")
const payload = fc.oneof(
  fc.record(
    {
      roomId: fc.oneof({ arbitrary: uuid, weight: 9 }, odd),
      userId: fc.oneof({ arbitrary: text, weight: 9 }, odd),
      content: fc.oneof({ arbitrary: text, weight: 9 }, odd),
      type: fc.oneof(fc.constantFrom("text", "image", "Text"), odd),
      id: fc.oneof(uuid, odd),
      unknown: fc.anything(),
    },
    { requiredKeys: ["roomId", "userId", "content"] },
  ),
  fc.anything(),
)

test("[VAL1] what the short way accepts, the schema accepts, with the same result", () => {
  let accepted = 0
  const check = (candidate: unknown) => {
    const plain = plainMessage(candidate)
    if (plain === undefined) return
    accepted++
    const result = v.safeParse(clientEvents.send_message.payload, candidate)
    expect(result.success).toBe(true)
    expect(plain).toEqual(result.output as typeof plain)
  }
  fc.assert(fc.property(payload, check), { numRuns: 5_000 })
  const ascii = fc.record({
    roomId: fc.uuid(),
    userId: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 140 }),
    content: text,
  })
  fc.assert(fc.property(ascii, check), { numRuns: 5_000 })
  // It would prove nothing of a short way that is never taken.
  expect(accepted).toBeGreaterThan(1_000)
})
