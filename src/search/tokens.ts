/**
 * A folded text as tokens of the index, in order.
 *
 * Scripts without spaces between words are split into pairs of neighbouring characters, and
 * the last one alone: any two characters are then a token, any single one is the beginning
 * of a token, and any longer text is a row of tokens.
 */

/** Each emoji is a word, regardless of its skin tone. */
const word = /[\p{L}\p{N}\p{M}]+|\p{RI}{1,2}|(?=[^\0-\x7f])\p{ExtPict}/gu
const asciiWord = /[A-Z0-9]+/g
const isAscii = /^[\0-\x7f]*$/

const spaceless =
  "\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{scx=Bopo}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}"
const hasSpaceless = new RegExp(`[${spaceless}]`, "u")
const run = new RegExp(`(?<spaceless>[${spaceless}]+)|[^${spaceless}]+`, "gu")

/** Longer words are cut in the index. A match of the beginning counts only if the rest is in the text too. */
const tokenUnitsMax = 64
const betweenAscii = /[^A-Z0-9]+/g
const hasLongAscii = new RegExp(`[A-Z0-9]{${tokenUnitsMax + 1}}`)

/** A word, or a row of characters without spaces between them. */
export interface Run {
  readonly text: string
  readonly isSpaceless: boolean
  /** Where it begins in the folded text. */
  readonly index: number
}

export function* runsOf(folded: string): Generator<Run> {
  for (const { 0: found, index } of folded.matchAll(isAscii.test(folded) ? asciiWord : word)) {
    if (!hasSpaceless.test(found)) yield { text: found, isSpaceless: false, index }
    else
      for (const part of found.matchAll(run))
        yield { text: part[0], isSpaceless: part.groups?.["spaceless"] !== undefined, index: index + part.index }
  }
}

/** Tokens that no text can contain: they begin with a private-use character, which is no part of a word. */
export const tagOf = { room: (pk: number) => `\ue000r${pk}`, author: (pk: number) => `\ue000u${pk}` } as const

/** Separated by spaces. */
export function tokensOf(folded: string): string {
  // For most texts, without an object for each word.
  if (isAscii.test(folded) && !hasLongAscii.test(folded)) return folded.replace(betweenAscii, " ").trim()
  const tokens: string[] = []
  for (const one of runsOf(folded)) tokens.push(...(one.isSpaceless ? pairsIn(one.text) : [cut(one.text)]))
  return tokens.join(" ")
}

/** Every two neighbours, and the last character alone. */
export function pairsIn(text: string): string[] {
  const characters = [...text]
  return characters.map((character, index) => character + (characters[index + 1] ?? ""))
}

export function cut(token: string): string {
  if (token.length <= tokenUnitsMax) return token
  // Not within a character.
  const end = /[\ud800-\udbff]/.test(token.charAt(tokenUnitsMax - 1)) ? tokenUnitsMax - 1 : tokenUnitsMax
  return token.slice(0, end)
}
