/**
 * The links in a line: addresses with https:// or http://, those with www. or a usual
 * ending, and e-mail addresses. They are found in one pass, and each is checked at most
 * once more.
 */
import { isWebUrl } from "../../contract/text.ts"

export interface Found {
  readonly start: number
  readonly end: number
  readonly url: string
}

/** Endings that are neither English words nor usual file extensions: "this.it" and "main.rs" are no links. */
const endings =
  "com|net|org|edu|gov|int|info|biz|io|dev|app|ai|co|tv|eu|de|ch|fr|es|pt|nl|lu|dk|se|fi|ie|uk|pl|cz|sk|hu|ro|bg|gr|si|hr|ee|lv|lt|ua|tr|il|jp|cn|kr|tw|hk|sg|au|nz|ca|mx|br|ar|cl|za|xyz|online|site|blog|cloud|tech|wiki|page|social|chat|news"
/** Up to white space, quotes, and characters that change the direction and would disguise the target. */
const rest = String.raw`[^\s<>"“”«»\p{Bidi_Control}]`
const notWithin = String.raw`(?<![\p{L}\p{N}_.@/+\-])`
const name = String.raw`(?:[a-zA-Z0-9\-]+\.)+`
const candidates = new RegExp(
  [
    String.raw`https?:\/\/${rest}+`,
    String.raw`${notWithin}www\.${rest}+`,
    String.raw`${notWithin}(?:mailto:)?[a-zA-Z0-9_.+\-]+@${name}[a-zA-Z]{2,}(?:\?${rest}*)?`,
    String.raw`${notWithin}${name}(?:${endings})(?![\p{L}\p{N}_@\-])(?::\d+)?(?:[/?#]${rest}*)?`,
  ].join("|"),
  "gu",
)

export function linksIn(line: string): Found[] {
  const found: Found[] = []
  for (const { 0: candidate, index: start } of line.matchAll(candidates)) {
    const text = trimmed(candidate)
    const url = urlOf(text)
    if (url !== undefined) found.push({ start, end: start + text.length, url })
  }
  return found
}

/** An address that the page leads to, as it is written. */
export function isFollowed(url: string): boolean {
  return hasShortAuthority(url) && isWebUrl(url)
}

function urlOf(text: string): string | undefined {
  if (/^https?:/.test(text)) return isFollowed(text) ? text : undefined
  if (/^[^/?#]+@/.test(text)) return text.startsWith("mailto:") ? text : `mailto:${text}`
  const url = `https://${text}`
  return /^[^/?#]+\.[^/?#]/.test(text) && isFollowed(url) ? url : undefined
}

/** A host has at most 253 letters (RFC 1035); a longer one would take quadratic time (IDNA). */
const authorityLengthMax = 255

/** The part between `//` and the path: user, host and port. */
function hasShortAuthority(url: string): boolean {
  const begin = url.indexOf("//") + 2
  const end = url.slice(begin, begin + authorityLengthMax + 1).search(/[/?#\\]|$/)
  return end <= authorityLengthMax
}

const closing = /[.,;:!?'’…*_~`]/
const closeOf = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
])
const opened = new Set(closeOf.values())

/**
 * Without the punctuation of the sentence, and without a bracket that was opened before the link. Brackets are counted
 * once: counting again for each one removed would let one message with many of them block every reader's page.
 */
function trimmed(url: string): string {
  const balance = new Map<string, number>()
  for (const char of url) {
    const close = closeOf.get(char) ?? (opened.has(char) ? char : undefined)
    if (close !== undefined) balance.set(close, (balance.get(close) ?? 0) + (close === char ? -1 : 1))
  }
  let end = url.length
  for (; end > 0; end--) {
    const char = url.charAt(end - 1)
    const surplus = -(balance.get(char) ?? 0)
    if (surplus > 0) balance.set(char, 1 - surplus)
    else if (!closing.test(char)) break
  }
  return url.slice(0, end)
}
