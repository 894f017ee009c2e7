import { expect, test } from "bun:test"
import { visible, visibleLines } from "../../src/observe/visible.ts"

test("what would steer a terminal is spelled out, and what is written stays", () => {
  expect(visible("a\u001b[2J\u0007\u009b\n\r\u2028\u202eb")).toBe(
    "a\\u{1b}[2J\\u{7}\\u{9b}\\u{a}\\u{d}\\u{2028}\\u{202e}b",
  )
  expect(visible("\ud800")).toBe("\\u{d800}")
  for (const text of ["Zoë, نرگس and 李", "👩‍🔬", "na\u200cme"]) expect(visible(text)).toBe(text)
})

test("lines stay lines, and what would steer a terminal is spelled out in each", () => {
  expect(visibleLines("a\u001b[2J\nb\r\nc")).toBe("a\\u{1b}[2J\nb\\u{d}\nc")
})
