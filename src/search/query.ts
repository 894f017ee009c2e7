/**
 * A query, as rows of tokens.
 *
 * Any text is a valid query: it is split into the same tokens as messages are, so only
 * letters, digits and emoji ever reach the index.
 */
import { fold } from "./fold.ts"
import { pairsIn, type Run, runsOf } from "./tokens.ts"

/** Consecutive tokens; of the last one, if `isPrefix`, only the beginning has to match. */
export interface Term {
  readonly tokens: readonly string[]
  readonly isPrefix: boolean
}

/** In quotes, of which the last may be missing; or up to a space. */
const chunk = /"(?<quoted>[^"]*)(?<closing>"|$)|[^\s"]+/gu
/** As typed on a phone, or in other languages. */
const otherQuotes = /[\u201c-\u201f\u00ab\u00bb\u2033\u301d-\u301f\uff02]/g

/**
 * All terms must be found. Text without spaces is looked for as one; of the last word the beginning is enough, even if
 * non-word characters follow it.
 */
export function termsOf(query: string): Term[] {
  const chunks = [...query.replace(otherQuotes, '"').matchAll(chunk)].flatMap(({ groups, 0: text }) => {
    const runs = [...runsOf(fold(groups?.["quoted"] ?? text))]
    const last = runs.pop()
    return last === undefined ? [] : [{ runs, last, isClosed: groups?.["closing"] === '"' }]
  })
  const terms = chunks.map(({ runs, last, isClosed }, index) => {
    const before = runs.flatMap((run) => (run.isSpaceless ? pairsIn(run.text) : [run.text]))
    return withLast(before, last, index === chunks.length - 1 && !isClosed)
  })
  return distinct(terms)
}

/** A row of characters may continue after the match, and a single character makes no pair. */
function withLast(before: readonly string[], last: Run, isPrefix: boolean): Term {
  if (!last.isSpaceless) return { tokens: [...before, last.text], isPrefix }
  const pairs = pairsIn(last.text)
  const isSingle = pairs.length === 1
  return { tokens: [...before, ...(isSingle ? pairs : pairs.slice(0, -1))], isPrefix: isSingle }
}

function distinct(terms: readonly Term[]): Term[] {
  return [...new Map(terms.map((term) => [`${term.tokens.join(" ")}${term.isPrefix}`, term])).values()]
}
