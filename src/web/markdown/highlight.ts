/**
 * Splits code into parts that are drawn in different colours. Loaded when there is code to
 * show.
 *
 * One pattern for each language, without backtracking, so the work grows linearly with any
 * text. It knows words, not grammar, which is enough.
 */
import { type Language, languages } from "./languages.ts"

type TokenKind = "comment" | "string" | "number" | "keyword" | "function" | "type" | "inserted" | "deleted"

export interface Token {
  /** Without a kind it is drawn plainly. */
  readonly kind: TokenKind | undefined
  readonly text: string
}

/** `undefined` for a language that is not known. */
export function highlight(code: string, name: string): Token[] | undefined {
  if (name === "diff" || name === "patch") return merged(code.split(/(?<=\n)/).map(lineOfDiff))
  const language = languages.get(name)
  return language === undefined ? undefined : merged(tokensOf(code, language))
}

function lineOfDiff(text: string): Token {
  return { kind: text.startsWith("+") ? "inserted" : text.startsWith("-") ? "deleted" : undefined, text }
}

const never = "(?!)"
const number = String.raw`\b(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+\-]?\d+)?)[a-zA-Z]*`
const word = String.raw`[#@]?[\p{L}_$][\p{L}\p{N}_$]*`

const patterns = new Map<Language, RegExp>()

function patternOf(language: Language): RegExp {
  const { comment = never, string = never } = language
  const pattern =
    patterns.get(language) ??
    new RegExp(`(?<comment>${comment})|(?<string>${string})|(?<number>${number})|(?<word>${word})`, "gu")
  patterns.set(language, pattern)
  return pattern
}

function tokensOf(code: string, language: Language): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const { 0: text, index, groups } of code.matchAll(patternOf(language))) {
    if (index > end) tokens.push({ kind: undefined, text: code.slice(end, index) })
    end = index + text.length
    tokens.push({ kind: kindOf(text, code.charAt(end), groups ?? {}, language), text })
  }
  if (end < code.length) tokens.push({ kind: undefined, text: code.slice(end) })
  return tokens
}

function kindOf(
  text: string,
  after: string,
  groups: Readonly<Record<string, string | undefined>>,
  language: Language,
): TokenKind | undefined {
  // A tag takes the place of comments in other languages.
  if (groups["comment"] !== undefined) return /^<(?!!)|^\/?>/.test(text) ? "keyword" : "comment"
  if (groups["string"] !== undefined) return "string"
  if (groups["number"] !== undefined) return "number"
  if (language.words?.has(language.ignoresCase ? text.toLowerCase() : text)) return "keyword"
  if (after === "(") return "function"
  return /^\p{Lu}.*\p{Ll}/u.test(text) ? "type" : undefined
}

/** Neighbours of the same kind are merged. */
function merged(tokens: readonly Token[]): Token[] {
  const all: Token[] = []
  for (const token of tokens) {
    const last = all.at(-1)
    if (last !== undefined && last.kind === token.kind) all[all.length - 1] = { ...last, text: last.text + token.text }
    else all.push(token)
  }
  return all
}
