/**
 * What somebody looks for, as rows of tokens.
 *
 * Whatever is typed is a query: it is taken apart into the same tokens as messages are, so
 * nothing of it but letters, digits and emoji ever reaches the index.
 */
import { fold } from "./fold.ts"
import { pairsIn, type Run, runsOf } from "./tokens.ts"

/** Tokens that follow each other; of the last one, where `isPrefix`, only how it begins. */
export interface Term {
  readonly tokens: readonly string[]
  readonly isPrefix: boolean
}

/** Quoted, the last of them perhaps still open; or up to a space. */
const chunk = /"(?<quoted>[^"]*)(?<closing>"|$)|[^\s"]+/gu
/** As people type them on a phone, or in other languages. */
const otherQuotes = /[\u201c-\u201f\u00ab\u00bb\u2033\u301d-\u301f\uff02]/g

/**
 * Each must be found. What is written together is looked for together; of the last word, how it begins is enough,
 * whatever stands behind it that is no word.
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

/** A row of characters may go on behind what is looked for, and a single one is no pair. */
function withLast(before: readonly string[], last: Run, isPrefix: boolean): Term {
  if (!last.isSpaceless) return { tokens: [...before, last.text], isPrefix }
  const pairs = pairsIn(last.text)
  const isSingle = pairs.length === 1
  return { tokens: [...before, ...(isSingle ? pairs : pairs.slice(0, -1))], isPrefix: isSingle }
}

function distinct(terms: readonly Term[]): Term[] {
  return [...new Map(terms.map((term) => [`${term.tokens.join(" ")}${term.isPrefix}`, term])).values()]
}
