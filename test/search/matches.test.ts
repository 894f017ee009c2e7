/** What is shown of a text in which a query was found: `[…]` is where. */
import { expect, test } from "bun:test"
import { showing } from "../../src/search/matches.ts"
import { cut } from "../../src/search/tokens.ts"

const dashes = (count: number) => "-".repeat(count)

test.each([
  ["lemon", "who has a melon", undefined],
  ["lem", "who brings the Lémonade?", "who brings the [Lém]onade?"],
  ['"lemon"', "lemonade, Lemon", "lemonade, [Lemon]"],
  ["the tea", "tea for the team", "[tea] for [the] [tea]m"],
  ['"brings the"', "who brings the tea", "who [brings the] tea"],
  ["東京", "私は東京へ", "私は[東京]へ"],
  ["東京 京都", "東京都と京都", "[東京都]と[京都]"],
  ["東京 野", "東京野", "[東京野]"],
  ["𠮷野 野家", "x 𠮷野家 𠮷", "x [𠮷野家] 𠮷"],
  ["𠮷", "家𠮷野𠮷", "家[𠮷]野[𠮷]"],
  ["lemon", " a \n lemon\t \tpie ", "a [lemon] pie"],
  // As much as fits, from the beginning while the first place is in it.
  ["z", `z${" y".repeat(100)}`, `[z]${" y".repeat(69)}`],
  ["z", `z ${"😀".repeat(200)}`, `[z] ${"😀".repeat(138)}`],
  ["lemon", `${dashes(135)}lemon-`, `${dashes(135)}[lemon]`],
  ["lemon", `${dashes(136)}lemon-`, `…${dashes(40)}[lemon]-`],
  ["lemon", `${"so ".repeat(60)}lemon`, `…${"so ".repeat(13)}[lemon]`],
  ["lemon", `${"😀".repeat(150)}lemon`, `…${"😀".repeat(40)}[lemon]`],
  ["lemon", `${dashes(136)}lemon${dashes(93)}lemon`, `…${dashes(40)}[lemon]${dashes(93)}l`],
  ["lemon", `${dashes(136)}lemon${dashes(89)}lemon`, `…${dashes(40)}[lemon]${dashes(89)}[lemon]`],
])("[FIND1] %j in %j", (query, content, expected) => {
  const shown = showing(query)(content)
  const marked = shown?.matches.toReversed().reduce((text, [start, end]) => {
    return `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`
  }, shown.excerpt)
  expect(marked).toBe(expected)
})

test("a long word is cut behind so many units, and no character in two", () => {
  expect([cut("A".repeat(64)), cut("A".repeat(65))]).toEqual(["A".repeat(64), "A".repeat(64)])
  const letter = "\u{10400}"
  expect(cut(`${"A".repeat(62)}${letter}B`)).toBe(`${"A".repeat(62)}${letter}`)
  expect(cut(`${"A".repeat(63)}${letter}B`)).toBe("A".repeat(63))
  expect(cut(letter.repeat(40))).toBe(letter.repeat(32))
})
