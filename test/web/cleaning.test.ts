import { expect, test } from "bun:test"
import fc from "fast-check"
import { limits } from "../../src/contract/limits.ts"
import { isCleanProse, lengthOf } from "../../src/contract/text.ts"
import { problemOfUsername } from "../../src/web/core/checks.ts"
import { cleanedLine, cleanedProse } from "../../src/web/core/cleaning.ts"
import { problemOfMessage } from "../../src/web/core/message-check.ts"
import { split } from "../../src/web/core/split.ts"
import { parse } from "../../src/web/markdown/parse.ts"

test("[VAL1] what was pasted is sent without what nobody sees and the server would refuse", () => {
  expect(
    cleanedProse("\u001b[1;31merror\u001b[0m: \u001b]0;title\u0007no \u001b]8;;https://a.example\u001b\\link"),
  ).toBe("error: no link")
  expect(cleanedProse("a\u000bb\u0085c\u2028d\r\ne\rf\fg\ttab\u0007\u0000 \n")).toBe("a\nb\nc\nd\ne\nf\ng\ttab")
  expect(cleanedProse("half \ud83d of one, 👨‍👩‍👧 نرگس\u200cها \u202ertl")).toBe(
    "half \ufffd of one, 👨‍👩‍👧 نرگس\u200cها \u202ertl",
  )
  expect(cleanedProse("\u001b]not closed, and still there")).toBe("]not closed, and still there".slice(1))
  expect(problemOfMessage(cleanedProse("\u001b[0m\u0007"))).toBe("empty")
})

test("[VAL1] a name that was pasted keeps what is seen of it", () => {
  expect(cleanedLine("  Ann\u200b\u2060 of\nthe\thouse\u202e ")).toBe("Ann of the house")
  for (const name of ["نرگس\u200cها", "❤️", "👩‍👩‍👧‍👦", "1️⃣"]) {
    expect(cleanedLine(name)).toBe(name)
    expect(problemOfUsername(name)).toBeUndefined()
  }
  expect(problemOfUsername(cleanedLine("\ufeff\u00adAnn\u0000"))).toBeUndefined()
})

test("[VAL1] nothing that is cleaned is refused for its characters", () => {
  const text = fc.string({ unit: "binary", maxLength: 200 })
  fc.assert(fc.property(text, (some) => expect(isCleanProse(cleanedProse(some))).toBe(true)))
})

test("a long text is cut between paragraphs, lines, sentences or words, and nothing of it is lost", () => {
  const word = "word ".repeat(7).trim()
  expect(split(`${word}\n\n${word}`, 50)).toEqual([word, word])
  expect(split(`${word}\n${word}`, 50)).toEqual([word, word])
  expect(split("One sentence is here. Another one is here. And a third.", 48)).toEqual([
    "One sentence is here. Another one is here.",
    "And a third.",
  ])
  expect(split("words that have no sentence at all among them", 24)).toEqual([
    "words that have no",
    "sentence at all",
    "among them",
  ])
  expect(split("👨‍👩‍👧".repeat(10), 14).every((part) => !part.startsWith("\u200d") && part.length > 0)).toBe(true)
  expect(split("short", 50)).toEqual(["short"])
})

test("code that is cut goes on as code", () => {
  const code = Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n")
  const parts = split(`See:\n\`\`\`ts\n${code}\n\`\`\`\nThat is all.`, 120)
  expect(parts.length).toBeGreaterThan(2)
  const blocks = parts.flatMap((part) => parse(part))
  const texts = blocks.flatMap((block) => (block.kind === "code" ? [[block.language, block.text]] : []))
  expect(texts.map(([, text]) => text).join("\n")).toBe(code)
  expect(new Set(texts.map(([language]) => language))).toEqual(new Set(["ts"]))
  const noLanguage = split(`\`\`\`${"x".repeat(200)}\n\`\`\``, 60)
  expect(noLanguage.map((part) => lengthOf(part) <= 60)).not.toContain(false)
})

test("every part is a message, and together they say all", () => {
  const piece = fc.constantFrom("word ", "x", "\n", "\n\n", ". ", "```\n", "```ts\n", "👍", "\u0301", "字")
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 400 }), (pieces) => {
      const text = pieces.join("").trimEnd()
      const parts = split(text, 60)
      for (const part of parts) expect(lengthOf(part)).toBeLessThanOrEqual(60)
      const seen = (some: string) => some.replaceAll(/```(?:ts)?|\s/g, "")
      expect(seen(parts.join(""))).toBe(seen(text))
    }),
  )
  const long = split("a".repeat(50_000), limits.contentLengthMax)
  expect(long.join("")).toBe("a".repeat(50_000))
  expect(long.length).toBe(13)
})
