/** Where in a message's text a query was found, and an excerpt that shows it. */
import type { Range, Shown } from "../chat/searcher.ts"
import { limits } from "../contract/limits.ts"
import { type Folded, foldWithPlaces } from "./fold.ts"
import { type Term, termsOf } from "./query.ts"
import { runsOf } from "./tokens.ts"

/** One token, and the unit of the folded text where it begins. */
interface Place {
  readonly token: string
  readonly start: number
}

/** How much text stands before the first match, where the beginning is too far away. */
const leadLength = 40
const ellipsis = "…"

/** For each text in which the query may be; `undefined` if a term is missing. */
export function showing(query: string): (content: string) => Shown | undefined {
  const terms = termsOf(query)
  return (content) => {
    const ranges = rangesIn(terms, content)
    return ranges && excerptAround(content, ranges)
  }
}

/** Of the original text. */
function rangesIn(terms: readonly Term[], content: string): Range[] | undefined {
  const folded = foldWithPlaces(content)
  const places = placesIn(folded.text)
  const all: Range[] = []
  for (const term of terms) {
    const before = all.length
    for (const index of places.keys()) {
      const range = rangeAt(places, index, term, folded)
      if (range !== undefined) all.push(range)
    }
    if (all.length === before) return undefined
  }
  return joined(all)
}

function placesIn(folded: string): Place[] {
  const places: Place[] = []
  for (const { text, isSpaceless, index } of runsOf(folded)) {
    if (!isSpaceless) places.push({ token: text, start: index })
    else places.push(...pairPlaces(text, index))
  }
  return places
}

/** As `pairsIn`, with their places. */
function pairPlaces(text: string, index: number): Place[] {
  let start = index
  const characters = [...text]
  return characters.map((character, place) => {
    const found = { token: character + (characters[place + 1] ?? ""), start }
    start += character.length
    return found
  })
}

function rangeAt(
  places: readonly Place[],
  index: number,
  { tokens, isPrefix }: Term,
  folded: Folded,
): Range | undefined {
  const lastIndex = tokens.length - 1
  const isFound = tokens.every((token, offset) => {
    const found = places[index + offset]?.token
    return isPrefix && offset === lastIndex ? found?.startsWith(token) : found === token
  })
  const [first, last, token] = [places[index], places[index + lastIndex], tokens[lastIndex]]
  if (!isFound || !first || !last || !token) return undefined
  const end = last.start + token.length
  return [folded.starts[first.start] ?? 0, folded.ends[end - 1] ?? 0]
}

/** In their order; touching ranges are merged. */
function joined(ranges: readonly Range[]): Range[] {
  const all: Range[] = []
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = all.at(-1)
    if (before === undefined || start > before[1]) all.push([start, end])
    else before[1] = Math.max(before[1], end)
  }
  return all
}

function excerptAround(content: string, ranges: readonly Range[]): Shown {
  const whole = lineFrom(content, 0, ranges)
  const [first] = ranges
  if (first === undefined || whole.matches.length > 0) return whole
  const lead = [...content.slice(0, first[0])].slice(-leadLength).join("")
  // From the beginning of a word, if one is near.
  const space = lead.search(/\s/)
  const from = first[0] - lead.length + (space === -1 ? 0 : space + 1)
  return lineFrom(content, from, ranges, ellipsis)
}

/** At most `excerptLengthMax` code points; any white space is one space. */
function lineFrom(content: string, from: number, ranges: readonly Range[], lead = ""): Shown {
  let excerpt = lead
  let length = lead.length
  /** The position in the excerpt of each unit from `from` on. */
  const places: number[] = []
  for (const character of content.slice(from)) {
    if (length === limits.excerptLengthMax) break
    const isSpace = /\s/.test(character)
    for (let unit = 0; unit < character.length; unit++) places.push(excerpt.length + (isSpace ? 0 : unit))
    if (isSpace && (excerpt === lead || excerpt.endsWith(" "))) continue
    excerpt += isSpace ? " " : character
    length++
  }
  const shown = excerpt.trimEnd()
  places.push(excerpt.length)
  const matches = ranges
    .filter(([start, end]) => start >= from && end - from < places.length)
    .map(([start, end]): Range => [places[start - from] ?? 0, Math.min(places[end - from] ?? 0, shown.length)])
  return { excerpt: shown, matches }
}
