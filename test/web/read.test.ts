import { expect, test } from "bun:test"
import fc from "fast-check"
import { partsOf, type Range, readOf } from "../../src/web/markdown/read.ts"
import { workOf } from "../support/work.ts"

test("a line is read without the marks of its formatting, and else as it stands", () => {
  const lines: readonly (readonly [typed: string, read: string])[] = [
    ["Who brings the **lemonade**?", "Who brings the lemonade?"],
    ["*so* ~~not~~ `code` [the docs](https://a.example/x)", "so not code the docs"],
    ["> quoted", "quoted"],
    ["- eggs", "eggs"],
    ["2 * 3 * 4, snake_case and **open", "2 * 3 * 4, snake_case and **open"],
    ["https://a.example/a_b_c", "https://a.example/a_b_c"],
    // What is nothing but marks is not read as nothing.
    [">", ">"],
    ["**", "**"],
    ["", ""],
  ]
  for (const [typed, read] of lines) expect(readOf(typed), typed).toBe(read)
})

test("what was found in what was typed is found in what is read", () => {
  expect(drawn("Who brings the **lemonade**, and `ice`?", "lemonade", "ice")).toBe(
    "Who brings the [lemonade], and [ice]?",
  )
  expect(drawn("> - *one* two", "one", "two")).toBe("[one] [two]")
  // The same word stands in the address, which is not read.
  expect(drawn("[one](https://a.example/two)two", [28, 31])).toBe("one[two]")
  // Marks within, before and behind what was found.
  expect(drawn("第**二**行", [0, 7])).toBe("[第二行]")
  expect(drawn("**lemon** ice", [0, 13])).toBe("[lemon ice]")
})

test("what was found and is not read is shown as it was typed", () => {
  expect(drawn("[the docs](https://a.example/x)", "example")).toBe("[the docs](https://a.[example]/x)")
  expect(drawn("see [the docs](https://a.example/x)", "see", "example")).toBe("[see] [the docs](https://a.[example]/x)")
})

test("nothing of any line is lost, doubled or put elsewhere, whatever was found in it", () => {
  const signs = fc.constantFrom(
    "*",
    "**",
    "_",
    "~~",
    "`",
    "[",
    "](https://a.example/b)",
    "> ",
    "- ",
    " ",
    "a",
    "b.c",
    "é",
  )
  const line = fc.array(signs, { maxLength: 25 }).map((parts) => parts.join(""))
  fc.assert(
    fc.property(line, fc.array(fc.nat(60), { maxLength: 8 }), (typed, edges) => {
      expect(read(partsOf(typed, []))).toBe(readOf(typed))
      const ends = [...new Set(edges.map((edge) => Math.min(edge, typed.length)))].sort((a, b) => a - b)
      const ranges = ends.flatMap((end, i): Range[] => (i % 2 === 1 ? [[ends[i - 1] ?? 0, end]] : []))
      expect([typed, readOf(typed)]).toContain(read(partsOf(typed, ranges)))
    }),
  )
})

test("the work grows with the line, whatever was found in it", () => {
  const work = (length: number) => {
    const line = "**a** ".repeat(length)
    const ranges = Array.from({ length }, (_, i): Range => [6 * i + 2, 6 * i + 3])
    return workOf(() => partsOf(line, ranges))
  }
  expect(work(4_000) / work(1_000)).toBeLessThan(8)
})

const read = (parts: readonly { readonly text: string }[]) => parts.map(({ text }) => text).join("")

/** As it is shown, with what was found in brackets; a word is found where it stands first. */
function drawn(line: string, ...found: readonly (string | Range)[]): string {
  const ranges = found.map((one): Range => {
    if (typeof one !== "string") return one
    const at = line.indexOf(one)
    return [at, at + one.length]
  })
  return partsOf(line, ranges)
    .map(({ text, isFound }) => (isFound ? `[${text}]` : text))
    .join("")
}
