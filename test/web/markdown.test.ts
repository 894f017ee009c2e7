import { expect, test } from "bun:test"
import fc from "fast-check"
import { cut } from "../../src/web/markdown/cut.ts"
import { highlight } from "../../src/web/markdown/highlight.ts"
import { everything } from "../../src/web/markdown/inline.ts"
import { languages } from "../../src/web/markdown/languages.ts"
import { inOrder, type Named } from "../../src/web/markdown/names.ts"
import { parse } from "../../src/web/markdown/parse.ts"
import { isFewEmoji, isPlain } from "../../src/web/markdown/plain.ts"
import { type Block, type Inline, textOf } from "../../src/web/markdown/tree.ts"
import { workOf } from "../support/work.ts"

const inline: readonly (readonly [typed: string, shown: string])[] = [
  [
    "**bold** and *italics*, _these_ too, ~~gone~~, `code`",
    "<b>bold</b> and <i>italics</i>, <i>these</i> too, <s>gone</s>, <code>code</code>",
  ],
  ["***both***", "<b><i>both</i></b>"],
  ["**a *b***", "<b>a <i>b</i></b>"],
  ["*a **b***", "<i>a <b>b</b></i>"],
  ["**bold with `**` in it**", "<b>bold with <code>**</code> in it</b>"],
  ["``a ` b``", "<code>a ` b</code>"],
  ["`` `a` ``", "<code>`a`</code>"],
  ["这是**重点**内容", "这是<b>重点</b>内容"],
  ["(*so*), “_so_”, *so*.", "(<i>so</i>), “<i>so</i>”, <i>so</i>."],
  ["[the *docs*](https://a.example/x_(y)), see", "<a https://a.example/x_(y)>the <i>docs</i></a>, see"],
  ["**see https://a.example/a_b_c**", "<b>see <a https://a.example/a_b_c>https://a.example/a_b_c</a></b>"],
]

test("marks with a partner are formatting", () => {
  for (const [typed, shown] of inline) expect(drawn(typed), typed).toBe(`<p>${shown}</p>`)
})

const names = inOrder(
  ["Ann", "Ann Lee", "Bob", "Bob *the* Builder", "a.b.dev", "snake_case_", "نرگس", "東京", "room"].map((name) => {
    return { name, isOwn: name === "Bob" || name === "room" }
  }),
)

test("[MENT1] the name of whom a message mentions stands out where it stands behind an @, and one's own more", () => {
  for (const [typed, shown] of [
    ["@Ann, you?", "<@>@Ann</@>, you?"],
    ["hey @Bob!", "hey <@own>@Bob</@>!"],
    ["(@room): @Ann Lee and @Ann", "(<@own>@room</@>): <@>@Ann Lee</@> and <@>@Ann</@>"],
    ["@Ann Leeds, @Bob's", "<@>@Ann</@> Leeds, <@own>@Bob</@>'s"],
    ["**see @Ann**, ~~@Bob~~", "<b>see <@>@Ann</@></b>, <s><@own>@Bob</@></s>"],
    ["@Bob *the* Builder", "<@>@Bob *the* Builder</@>"],
    ["@a.b.dev, not a.b.dev", "<@>@a.b.dev</@>, not <a https://a.b.dev>a.b.dev</a>"],
    ["*@snake_case_ so*", "<i><@>@snake_case_</@> so</i>"],
    ["سلام @نرگس!", "سلام <@>@نرگس</@>!"],
    ["你好 @東京", "你好 <@>@東京</@>"],
  ] as const)
    expect(drawn(typed, names), typed).toBe(`<p>${shown}</p>`)
  expect(drawn("> @Ann\n\n- @Bob\n  - @room", names)).toBe(
    "<quote><p><@>@Ann</@></p></quote><ul><li><p><@own>@Bob</@></p><ul><li><p><@own>@room</@></p></li></ul></li></ul>",
  )
})

test("[MENT1] no name stands out in code, in links, within words, or where the message mentions nobody", () => {
  for (const text of [
    "`@Ann` and ``@Bob``",
    "```\n@Ann\n```",
    "https://a.example/@Ann or mail@Bob.example",
    "[@Ann](https://a.example)",
    "bob@Ann, @Annabel, @Bob2, @rooms, Ann, @ann, @Cem, @ Ann",
    "你好@東京, @東京都",
  ])
    expect(drawn(text, names), text).toBe(drawn(text))
  expect(drawn("@Ann")).toBe("<p>@Ann</p>")
  expect(
    inOrder([
      { name: "Sam", isOwn: false },
      { name: "Sam", isOwn: true },
    ]).map(({ isOwn }) => isOwn),
  ).toEqual([true, false])
})

test("what is no formatting stands as it was typed", () => {
  for (const text of [
    "2*3*4 and 2 * 3 * 4, 2**3**4",
    "snake_case_name, __init__, _private",
    "¯\\_(ツ)_/¯ >_< ^_^ :* *",
    "**open, *open, ~~open, `open, _open",
    "**** *** ** ~~~~ ~~ ~x~ `` ` ____",
    "*over\nlines*",
    "# no heading\n#channel",
    "-5 degrees\n1.5 litres\n>:(\n2026. A year",
    "```\nnot closed",
    "[label](javascript:alert(1)) [label](/x) [](https://a.example x) [label]",
  ]) {
    expect(textOf(parse(text)), text).toBe(text)
    if (!text.includes("https:")) expect(drawn(text), text).toBe(`<p>${text}</p>`)
  }
})

test("a label that looks like another address is no label", () => {
  for (const text of [
    "[https://bank.example](https://evil.example/x)",
    "[bank.com](https://evil.example)",
    "[gro.\u202eknab](https://evil.example)",
  ]) {
    expect(textOf(parse(text)), text).toBe(text)
  }
  expect(drawn("[https://a.example](https://a.example)")).toBe("<p><a https://a.example>https://a.example</a></p>")
})

test("code, quotes and lists are blocks, and what is between them are paragraphs", () => {
  const blocks: readonly (readonly [typed: string, shown: string])[] = [
    ["\na\n\nb\n", "<p>a\n\nb</p>"],
    ["see:\n```ts\nconst a = 1\n\n  b**c**\n```\nso?", "<p>see:</p><pre ts>const a = 1\n\n  b**c**</pre><p>so?</p>"],
    ["```one\ntwo```", "<pre one>two</pre>"],
    ["```const a =\n1```", "<pre>const a =\n1</pre>"],
    ["```one line```", "<p><code>one line</code></p>"],
    [
      "> quoted *so*\n> > deeper\nanswer",
      "<quote><p>quoted <i>so</i></p><quote><p>deeper</p></quote></quote><p>answer</p>",
    ],
    ["> ```\n> code\n> ```", "<quote><pre>code</pre></quote>"],
    [
      "buy:\n- eggs\n- *fresh* milk\n  from the shop\n* bread\n\ndone",
      "<p>buy:</p><ul><li><p>eggs</p></li><li><p><i>fresh</i> milk\nfrom the shop</p></li><li><p>bread</p></li></ul><p>done</p>",
    ],
    [
      "1. one\n   - a\n   - b\n2. two",
      "<ol 1><li><p>one</p><ul><li><p>a</p></li><li><p>b</p></li></ul></li><li><p>two</p></li></ol>",
    ],
    ["3) three\n- dash", "<ol 3><li><p>three</p></li></ol><ul><li><p>dash</p></li></ul>"],
  ]
  for (const [typed, shown] of blocks) expect(drawn(typed), typed).toBe(shown)
})

test("whatever is typed, no letter of it is lost or made up, and the tree is a few deep", () => {
  const piece = fc.constantFrom(..."*_~`[]()>-:.@ \n1a😀", "**", "~~", "```", "> ", "- ", "1. ", "a.com")
  const letters = (text: string) => text.replaceAll(/[^a-z😀]/gu, "")
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join("")
      const blocks = parse(text)
      const language = blocks.map((block) => (block.kind === "code" ? block.language : "")).join("")
      if (!JSON.stringify(blocks).includes('"language":"a')) expect(letters(textOf(blocks)), text).toBe(letters(text))
      expect(depthOf(blocks), text + language).toBeLessThanOrEqual(24)
    }),
    { numRuns: 2_000 },
  )
})

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

test("www, bare domains and e-mail addresses can be followed", () => {
  expect(linksOf("www.example.org/a, example.com: docs.example.co.uk/b?c#d. Ada.Lovelace+x@example.org!")).toEqual([
    "https://www.example.org/a",
    "https://example.com",
    "https://docs.example.co.uk/b?c#d",
    "mailto:Ada.Lovelace+x@example.org",
  ])
  expect(linksOf("mailto:ann@example.org?subject=Hi (example.org:8080/x)")).toEqual([
    "mailto:ann@example.org?subject=Hi",
    "https://example.org:8080/x",
  ])
  expect(linksOf("README.md main.rs Stop.In node.js 1.2.3 e.g. a@b foo.community www. www.. /x/example.com")).toEqual(
    [],
  )
})

test("links end where a person would say they end", () => {
  expect(linksOf("See https://a.example/x, and (https://b.example/y)!")).toEqual([
    "https://a.example/x",
    "https://b.example/y",
  ])
  expect(linksOf("https://en.example/wiki/Warren_(burrow).")).toEqual(["https://en.example/wiki/Warren_(burrow)"])
  expect(linksOf("“http://c.example/ü?q=1&r=2#top”")).toEqual(["http://c.example/ü?q=1&r=2#top"])
})

test("nothing but the web and e-mail is ever a link", () => {
  for (const text of [
    "javascript:alert(1)",
    "data:text/html,x",
    "https://",
    "ftp://a.example",
    "//a.example",
    "a.example",
  ]) {
    expect(linksOf(text), text).toEqual([])
  }
})

test("a character that turns the direction ends a link, so that none looks like another", () => {
  expect(linksOf("https://evil.example/\u202egro.doog")).toEqual(["https://evil.example/"])
})

test("the parts of a text are the text", () => {
  for (const text of [
    "",
    "plain",
    "https://a.example",
    "a https://a.example. b\nhttps://b.example",
    "((https://a.example))",
  ]) {
    expect(textOf(parse(text))).toBe(text)
  }
})

test("brackets that were opened before the link stay outside, however they are mixed", () => {
  expect(linksOf("[see (https://a.example/x_(y))].")).toEqual(["https://a.example/x_(y)"])
  expect(linksOf("https://a.example/[1]]!}")).toEqual(["https://a.example/[1]"])
  expect(linksOf("https://a.example/((")).toEqual(["https://a.example/(("])
})

test("a host that is too long to be one is no link", () => {
  const marks = `${"\u0307".repeat(1_990)}${"\u0323".repeat(1_990)}`
  expect(linksOf(`https://a${marks}`)).toEqual([])
  expect(linksOf(`https://a.example/a${marks}`)).toEqual([`https://a.example/a${marks}`])
  expect(linksOf(`https://${"a".repeat(63)}.example?${"q".repeat(1_000)}`)).toHaveLength(1)
})

test("what a text costs grows as it does", () => {
  const texts = (length: number) => [
    `https://a${")".repeat(length)}`,
    `https://a/${"(".repeat(length / 2)}${")".repeat(length / 2)}`,
    `https://a${".,]})".repeat(length / 5)}`,
    "http://a ".repeat(length / 9),
    "https://".repeat(length / 8),
    ...hostilePieces.flatMap((piece) =>
      [piece, `${piece}\n`, `${piece} x `].map((part) => part.repeat(length / part.length)),
    ),
  ]
  const [short, long] = [texts(400), texts(1_600)]
  for (const [i, text] of long.entries()) {
    const growth = workOf(() => parse(text)) / workOf(() => parse(short[i] ?? ""))
    expect(growth, text.slice(0, 20)).toBeLessThan(6)
  }
})

test("[MENT1] what names in a text cost grows as it does, whatever people are called", () => {
  const people = inOrder(
    Array.from({ length: 50 }, (_, i) => ({ name: "@".repeat(64 - i), isOwn: false })).concat(names),
  )
  const read = (text: string) => workOf(() => parse(text, everything(people)))
  for (const piece of ["@", "@Ann ", "@@ ", " @", "@a", `${"@".repeat(65)} `, "`@Ann` ", "@Bob *the* "]) {
    const [short, long] = [400, 1_600].map((length) => piece.repeat(length / piece.length)) as [string, string]
    expect(read(long) / read(short), piece).toBeLessThan(6)
  }
})

test("what grows faster than its text is noticed", () => {
  const slow = (text: string) => [...text].map((_, at) => text.slice(at).search("b"))
  expect(workOf(() => slow("a".repeat(800))) / workOf(() => slow("a".repeat(200)))).toBeGreaterThan(12)
})

test("a few emoji and nothing else are shown large", () => {
  expect(["👍", "❤️ 🎉", "👩‍👩‍👧‍👦"].map(isFewEmoji)).toEqual([true, true, true])
  expect(["👍 yes", "7", "👍👍👍👍", ""].map(isFewEmoji)).toEqual([false, false, false, false])
})

test("what is drawn without the parser is what the parser would make of it: one paragraph, as it was typed", () => {
  const plain = ["Hello", "Is that so? Yes.", "3 of 4, at 10 o'clock", "¡Hola! (mañana)", "👍", "a - b", "C++ & C#"]
  expect(plain.filter((text) => !isPlain(text))).toEqual([])
  const marked = [
    "**a**",
    "see a.com",
    "a\nb",
    "- a",
    "1. a",
    "> a",
    "`a`",
    "~~a~~",
    "[a](https://a.com)",
    "x".repeat(401),
  ]
  expect(marked.filter(isPlain)).toEqual([])
  const pieces = fc.constantFrom(...hostilePieces, " ", "é", "א", "👩‍🚀", ". ", ": ", "• ", "9) ")
  fc.assert(
    fc.property(fc.string({ unit: pieces, maxLength: 12 }), (text) => {
      fc.pre(text !== "" && isPlain(text))
      const { blocks, isCut } = cut(parse(text))
      expect(blocks).toEqual(text.trim() === "" ? [] : [{ kind: "paragraph", nodes: [{ kind: "text", text }] }])
      expect(isCut).toBe(false)
    }),
    { numRuns: 2_000 },
  )
})

const hostilePieces = [
  ..."*_~`[]()>-.:@ \t0a",
  ...["**", "~~", "```", "> ", "- ", "1. ", " - ", "a*", "*a", "_a", " _a_", "*_", "**a*", "`` ` ", "`a` ", "*a* "],
  ...["[a](", "](", "](https://a", "[a](https://a(b)", "a.", "a@", "a@a.", "www.", "mailto:", "https://a.example "],
  ...["a.com ", "```a\n", "```\n", "> > > > ", "- - - ", "  - a\n", " *a", "a* ", "~~a", " `"],
]

test("code is taken apart and stays what it was, in every language, with work that grows as it does", () => {
  const kinds = (code: string, name: string) =>
    highlight(code, name)?.flatMap(({ kind, text }) => (kind === undefined ? [] : [[kind, text]]))
  expect(kinds("const a = f('x') // 1\nMap + 0x1F", "ts")).toEqual([
    ["keyword", "const"],
    ["function", "f"],
    ["string", "'x'"],
    ["comment", "// 1"],
    ["type", "Map"],
    ["number", "0x1F"],
  ])
  expect(kinds("def f(): return '''a\nb''' # c", "py")).toEqual([
    ["keyword", "def"],
    ["function", "f"],
    ["keyword", "return"],
    ["string", "'''a\nb'''"],
    ["comment", "# c"],
  ])
  expect(kinds("SELECT a FROM b -- c", "sql")).toEqual([
    ["keyword", "SELECT"],
    ["keyword", "FROM"],
    ["comment", "-- c"],
  ])
  expect(kinds('<a href="x"><!-- c -->', "html")).toEqual([
    ["keyword", "<a"],
    ["string", '"x"'],
    ["keyword", ">"],
    ["comment", "<!-- c -->"],
  ])
  expect(kinds("+a\n-b\n c", "diff")).toEqual([
    ["inserted", "+a\n"],
    ["deleted", "-b\n"],
  ])
  expect(highlight("a", "klingon")).toBeUndefined()
  const pieces = [..."/\"'`\\#-<0aA_@\né$", "/*", "--", "<!--", '"""', "'''", "0x", "1e", " #", "a(", "/*/", "<a"]
  for (const name of [...languages.keys(), "diff"]) {
    for (const piece of pieces) {
      const code = piece.repeat(20_000 / piece.length)
      const text = highlight(code, name)?.map((token) => token.text)
      expect(text?.join("") === code, `${name} ${piece}`).toBe(true)
    }
  }
})

const linksOf = (text: string): string[] => parse(text).flatMap(linksInBlock)

function linksInBlock(block: Block): string[] {
  if (block.kind === "paragraph") return block.nodes.flatMap(linksInNode)
  if (block.kind === "code") return []
  return block.kind === "quote" ? block.blocks.flatMap(linksInBlock) : block.items.flat().flatMap(linksInBlock)
}

function linksInNode(node: Inline): string[] {
  if (node.kind === "link") return [node.url]
  return "nodes" in node ? node.nodes.flatMap(linksInNode) : []
}

/** The tree as tags, which are easier to read than objects. */
function drawn(text: string, names: readonly Named[] = []): string {
  return parse(text, everything(names)).map(drawBlock).join("")
}

function drawBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return `<p>${block.nodes.map(drawNode).join("")}</p>`
    case "code":
      return `<pre${block.language && ` ${block.language}`}>${block.text}</pre>`
    case "quote":
      return `<quote>${block.blocks.map(drawBlock).join("")}</quote>`
    case "list": {
      const items = block.items.map((blocks) => `<li>${blocks.map(drawBlock).join("")}</li>`).join("")
      return block.start === undefined ? `<ul>${items}</ul>` : `<ol ${block.start}>${items}</ol>`
    }
  }
}

const tags = { strong: "b", emphasis: "i", strike: "s" } as const

function drawNode(node: Inline): string {
  if (node.kind === "text") return node.text
  if (node.kind === "code") return `<code>${node.text}</code>`
  if (node.kind === "mention") return `<@${node.isOwn ? "own" : ""}>${node.text}</@>`
  const inner = node.nodes.map(drawNode).join("")
  return node.kind === "link" ? `<a ${node.url}>${inner}</a>` : `<${tags[node.kind]}>${inner}</${tags[node.kind]}>`
}
