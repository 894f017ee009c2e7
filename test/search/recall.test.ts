/**
 * By chance, many times over, and repeated with SEED.
 *
 * Longer: SEARCH_RUNS=1000 SEARCH_AMONG=10000 SEARCH_QUERIES=200000 bun test test/search/recall.test.ts
 */
import { expect, test } from "bun:test"
import type { RoomId } from "../../src/contract/values.ts"
import { fold } from "../../src/search/fold.ts"
import { showing } from "../../src/search/matches.ts"
import { newSeed, type Random, seededRandom } from "../support/random.ts"
import { openIndex } from "./index.ts"
import { pick, textIn, wordIn } from "./words.ts"

const runs = Number(process.env["SEARCH_RUNS"] ?? 200)
const messages = Number(process.env["SEARCH_AMONG"] ?? 1_000)
const queries = Number(process.env["SEARCH_QUERIES"] ?? 5_000)
const [one, two, three] = ["one", "two", "three"] as RoomId[] as [RoomId, RoomId, RoomId]
const rooms = [one, two, three]

test("[FIND1] a search finds what a look at every message finds, and nothing else", async () => {
  const random = seededRandom(newSeed("recall"))
  using open = openIndex()
  const sent = Array.from({ length: messages }, () => {
    const [roomId, content] = [pick(random, rooms), textIn(random)]
    const { id } = open.feed.add(roomId, content)
    return { id, roomId, content, units: unitsOf(content) }
  })
  await open.catchUp()
  let found = 0
  for (let run = 0; run < runs; run++) {
    const query = queryFrom(pick(random, sent).content, random)
    const roomIds = rooms.filter(() => random() < 0.7)
    const naive = sent.filter(({ roomId, units }) => roomIds.includes(roomId) && holds(units, query))
    const ids = open.findAll(query, { roomIds, limit: 1 + Math.floor(random() * 60) })
    expect(ids.toSorted(), query).toEqual(naive.map(({ id }) => id).toSorted())
    // What shows a hit agrees with what found it.
    for (const { content } of naive) expect(showing(query)(content), `${query} in ${content}`).toBeDefined()
    found += ids.length
  }
  expect(found).toBeGreaterThan(runs / 2)
}, 600_000)

test("[FIND1] whatever is typed is a query, and finds nothing of another room or author", async () => {
  const random = seededRandom(newSeed("queries"))
  using open = openIndex()
  for (let number = 0; number < 300; number++) open.feed.add(one, textIn(random))
  const foreign = open.feed.add(two, "foreign tokens rowid words rank text room one two 1")
  await open.catchUp()
  const operators = [
    '"',
    "'",
    "(",
    ")",
    "*",
    "^",
    ":",
    "-",
    "+",
    "{",
    "}",
    "NEAR",
    "AND",
    "OR",
    "NOT",
    "tokens",
    "rank",
  ]
  const odd = ["\u0000", "\ud800", "\udc00", "\ue000r2", "\ue000u1", "\u200d", "\ufdfa", "%", "_", "\\", ";", "--", "1"]
  for (let run = 0; run < queries; run++) {
    const parts = Array.from({ length: 1 + Math.floor(random() * 12) }, () => {
      const kind = random()
      return kind < 0.5 ? pick(random, operators) : kind < 0.8 ? pick(random, odd) : wordIn(random)
    })
    const query = parts.join(random() < 0.5 ? " " : "").slice(0, 200)
    expect(open.find(query, { roomIds: [one] }).ids, query).not.toContain(foreign.id)
    expect(open.find(query, { authorId: "nobody" as never }).ids, query).toEqual([])
  }
}, 600_000)

/** Some of its words, as people type them: in another case, begun, in quotes. */
function queryFrom(content: string, random: Random): string {
  const words = content.split(/[\s"]+/).filter((word) => word !== "")
  const from = Math.floor(random() * words.length)
  const picked = words.slice(from, from + 1 + Math.floor(random() * 2))
  const isQuoted = random() < 0.2
  if (!isQuoted && random() < 0.3) picked.push(pick(random, words))
  const cased = picked.map((word) => (random() < 0.5 ? word.toUpperCase() : word))
  if (isQuoted) return `"${cased.join(" ")}"`
  const last = [...(cased.pop() ?? "")]
  return [...cased, last.slice(0, 1 + Math.floor(random() * last.length)).join("")].join(" ")
}

/** One character of a word. */
interface Unit {
  readonly character: string
  readonly isSpaceless: boolean
  /** Begins a word, or a row of characters without spaces. */
  readonly isFirst: boolean
}

const word = /[\p{L}\p{N}\p{M}]+|(?=[^\0-\x7f])\p{ExtPict}/gu
const spaceless = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{sc=Thai}]/u

function unitsOf(text: string): Unit[] {
  return [...fold(text).matchAll(word)].flatMap(([found]) => {
    const characters = [...found].map((character) => ({ character, isSpaceless: spaceless.test(character) }))
    return characters.map((unit, at) => ({ ...unit, isFirst: characters[at - 1]?.isSpaceless !== unit.isSpaceless }))
  })
}

/** What the rule says: each part is in the text, from where a word begins, or from anywhere in what has no spaces. */
function holds(text: readonly Unit[], query: string): boolean {
  const isQuoted = query.startsWith('"')
  const parts = (isQuoted ? [query.slice(1, -1)] : query.split(" ")).map(unitsOf).filter(({ length }) => length > 0)
  return parts.length > 0 && parts.every((part, at) => isIn(text, part, !isQuoted && at === parts.length - 1))
}

function isIn(text: readonly Unit[], part: readonly Unit[], mayGoOn: boolean): boolean {
  return text.some((first, from) => {
    if (!first.isFirst && !first.isSpaceless) return false
    const isSame = part.every((unit, at) => {
      const found = text[from + at]
      return found?.character === unit.character && (at === 0 || found.isFirst === unit.isFirst)
    })
    const [last, next] = [text[from + part.length - 1], text[from + part.length]]
    return isSame && (mayGoOn || last?.isSpaceless || next === undefined || next.isFirst)
  })
}
