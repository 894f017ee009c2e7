import { expect, test } from "bun:test"
import { cut, cutText } from "../../src/web/markdown/cut.ts"
import { parse } from "../../src/web/markdown/parse.ts"
import { type Block, type Inline, textOf } from "../../src/web/markdown/tree.ts"

test("what people write is shown whole", () => {
  const texts = [
    "Who brings the lemonade?",
    "word ".repeat(799).trim(),
    "これは長い日本語の文章です。".repeat(280),
    "وصل أليس إلى الحديقة ".repeat(190).trim(),
    "क्या हाल है मेरे दोस्त ".repeat(60).trim(),
    Array.from({ length: 60 }, (_, i) => `- item ${i} with **bold**`).join("\n"),
    `\`\`\`ts\n${"const a = f(1)\n".repeat(100)}\`\`\``,
    `${"one, _two_, three; ".repeat(20)}\n- ${"a.b, `c` and more of it ".repeat(60)}\n\nthe end`,
    Array.from({ length: 36 }, (_, i) => `- eggs ${i % 2}`).join("\n"),
    "🎉".repeat(200),
    "word وصل ".repeat(200),
    "слово за словом, ".repeat(235),
    "word слово ".repeat(360),
    "نمی‌خواهم کتاب‌ها را ".repeat(180),
    "שלום לכולם, נפגשים מחר בבוקר ב־12:30 ".repeat(95),
    "그는 오늘 아침에 학교에 갔다. ".repeat(180),
    "Tiếng Việt có nhiều dấu ".repeat(160),
    "今日はAIとMLの話をします。".repeat(250),
    "العربية, বাংলা, Čeština, Ελληνικά, English, עברית, हिन्दी, 日本語, ქართული, 한국어, Русский, தமிழ், ไทย, Tiếng Việt, 中文",
    Array.from({ length: 600 }, (_, i) => String.fromCodePoint(0x4e00 + 7 * i))
      .join("")
      .repeat(6),
    "a first line, and the next\r\n".repeat(110),
    "\t\tif (a) {\n\t\t\treturn b\n".repeat(60),
    "one\ttwo\tthree\tfour\tfive\n".repeat(70),
  ]
  for (const text of texts) {
    const blocks = parse(text)
    expect(cut(blocks)).toEqual({ blocks, isCut: false })
    expect(cutText(text)).toEqual({ blocks, isCut: false })
  }
})

test("of many elements, lines and signs so many are shown as can be drawn in a frame, and it begins the same", () => {
  const pieces = [
    "*a* ",
    "`a` ",
    "a.io ",
    "[a](https://a.io) ",
    "- a\n",
    "- - - a\n",
    "> a\n\n",
    "a\n",
    "👍",
    "a\u05d0",
  ]
  for (const piece of [...pieces, "a\u0301", "```\na\n```\n", "**_~~*a*~~_** "]) {
    const blocks = parse(piece.repeat(4_000 / piece.length))
    const shown = cut(blocks)
    expect(shown.isCut, piece).toBe(true)
    expect(cutText(piece.repeat(4_000 / piece.length)), piece).toEqual(shown)
    expect(elementsIn(shown.blocks)).toBeLessThan(150)
    expect(textOf(shown.blocks).split("\n").length).toBeLessThan(150)
    expect(textOf(blocks)).toStartWith(textOf(shown.blocks).replace(/…$/, ""))
  }
})

test("what a browser shapes, paints or looks for anew is shown as often as fits in a frame", () => {
  const letters = (first: number) => String.fromCodePoint(...Array.from({ length: 4_000 }, (_, i) => first + i))
  const kinds: readonly (readonly [text: string, mostShown: number])[] = [
    // Directions that turn, whatever turns them.
    ["a\u05d0", 500],
    ["\u05d01", 600],
    ["\u0628\u0660", 700],
    ["a\ufb50", 500],
    ["a\ufe8d", 500],
    ["a\u{10900}", 500],
    ["a\u{1e900}", 500],
    ["a\u05d0б\u0628", 700],
    ["\u2067a", 700],
    ["\u2067a\u2069", 700],
    ["\u202ea", 700],
    ["a\u200f", 700],
    ["1\u061c", 700],
    // Scripts and fonts that change.
    ["aб", 1_300],
    ["aᚠ", 1_300],
    ["a\u3000", 1_300],
    ["漢a", 1_300],
    ["a\ue000", 1_300],
    ["한글 ", 3_000],
    ["aβбԱაアᎠᐁᚠᠠ한漢กကកᥐⴰꀀ꓿", 1_300],
    // What is drawn for itself.
    ["a\t", 2_100],
    ["a\r", 2_100],
    ["\u200c", 1_000],
    ["a\u200c", 2_100],
    ["葛\u{e0100}", 900],
    // Letters that come once.
    [letters(0x4e00), 1_300],
    [letters(0x20000), 1_300],
    [letters(0xf0000), 1_300],
  ]
  for (const [piece, mostShown] of kinds) {
    const whole = `a${piece.repeat(4_000 / [...piece].length)}`
    const { blocks, isCut } = cutText(whole)
    const shown = textOf(blocks)
    expect(isCut, whole.slice(0, 20)).toBe(true)
    expect([...shown].length, whole.slice(0, 20)).toBeLessThanOrEqual(mostShown)
    expect(whole, whole.slice(0, 20)).toStartWith(shown.slice(0, -1))
  }
})

test("where much was shown already, letters that cost are not shown", () => {
  const { blocks, isCut } = cutText(
    `${"a, b, `c` and more of it; ".repeat(60)}\n${"a b c\n".repeat(80)}${"\u05d01".repeat(500)}`,
  )
  expect(isCut).toBe(true)
  expect(textOf(blocks)).not.toContain("\u05d0")
})

test("of what is not shown nothing is taken apart", () => {
  for (const piece of ["*a* ", "- a\n", "> - a\n", "a\n\n"]) {
    const text = piece.repeat(4_000 / piece.length)
    const [reach, whole] = [{ left: 100 }, parse(text)]
    const begun = parse(text, reach)
    expect(reach.left, piece).toBeLessThanOrEqual(0)
    // The last mark may have lost its partner.
    expect(textOf(whole), piece).toStartWith(textOf(begun).replace(/ \*a$/, ""))
    expect(textOf(begun).length, piece).toBeLessThan(500)
  }
})

test("of marks with next to nothing between them fewer are shown than of those that people write", () => {
  const pieces = ["*a* ", "`a` ", "a.io ", "a@a.io ", "[a](https://a.io) ", "**_~~*a*~~_** ", "- a\n", "1. a\n"]
  for (const piece of [...pieces, "- - - a\n", "> - a\n", "> a\n\n", "> > > a\n\nb\n"]) {
    const shown = cut(parse(piece.repeat(4_000 / piece.length)))
    expect(shown.isCut, piece).toBe(true)
    expect(elementsIn(shown.blocks), piece).toBeLessThan(50)
  }
  const written = parse("Please read `src/main.ts` and **then** ask me. ".repeat(45))
  expect(elementsIn(written)).toBeGreaterThan(90)
  expect(cut(written)).toEqual({ blocks: written, isCut: false })
})

test("[MENT1] names of fifty people side by side are all shown, and of thousands as many as can be drawn in a frame", () => {
  const people = Array.from({ length: 50 }, (_, i) => ({ name: `P${i}`, isOwn: i === 7 }))
  const marked = (text: string) => elementsIn(cutText(text, people).blocks) - 1
  expect(marked(people.map(({ name }) => `@${name}`).join(" "))).toBe(50)
  expect(cutText("@P1 ".repeat(1_000), people).isCut).toBe(true)
  expect(marked("@P1 ".repeat(1_000))).toBeLessThan(100)
  expect(marked("x @Q1 ".repeat(20))).toBe(0)
})

test("of a line of thousands of signs the first are taken apart, and the rest stands as it was typed", () => {
  const [paragraph] = parse("`a` ".repeat(1_000))
  const nodes = paragraph?.kind === "paragraph" ? paragraph.nodes : []
  expect(nodes.filter(({ kind }) => kind === "code")).toHaveLength(300)
  expect(nodes.at(-1)).toEqual({ kind: "text", text: ` ${"`a` ".repeat(700)}` })
})

function elementsIn(blocks: readonly Block[]): number {
  return sum(blocks, (block) => {
    if (block.kind === "paragraph") return 1 + sum(block.nodes, elementsOf)
    if (block.kind === "quote") return 1 + elementsIn(block.blocks)
    return block.kind === "list" ? 1 + sum(block.items, elementsIn) : 2
  })
}

function elementsOf(node: Inline): number {
  return node.kind === "text" ? 0 : 1 + ("nodes" in node ? sum(node.nodes, elementsOf) : 0)
}

const sum = <T>(all: readonly T[], count: (one: T) => number) => all.reduce((total, one) => total + count(one), 0)
