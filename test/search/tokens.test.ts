import { expect, test } from "bun:test"
import fc from "fast-check"
import { fold } from "../../src/search/fold.ts"
import { cut, runsOf, tokensOf } from "../../src/search/tokens.ts"

test("a plain text has the words that a search finds in it, with a blank between each two", () => {
  const plain = fc.string({ unit: fc.constantFrom(..."aZ09 .-_'\t\n"), maxLength: 40 })
  const long = fc.integer({ min: 60, max: 70 }).map((length) => "x".repeat(length))
  fc.assert(
    fc.property(fc.array(fc.oneof(plain, long), { maxLength: 4 }), (parts) => {
      const folded = fold(parts.join(" "))
      const words = [...runsOf(folded)].map(({ text }) => cut(text))
      expect(tokensOf(folded)).toBe(words.join(" "))
    }),
    { numRuns: 500 },
  )
})
