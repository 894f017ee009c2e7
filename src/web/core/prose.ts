/** A message's text, taken apart into what is shown as text and what can be followed. Nothing of it is ever markup. */
import { isWebUrl } from "../../contract/text.ts"

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly url: string }

/** Up to white space, quotes, and characters that turn the direction and would disguise where it leads. */
const urls = /https?:\/\/[^\s<>"“”«»\p{Bidi_Control}]+/gu
const closing = /[.,;:!?'’…*_~]/
const closeOf = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
])
const opened = new Set(closeOf.values())
/** A host has at most 253 letters (RFC 1035); that of a longer one would be worked out in quadratic time (IDNA). */
const authorityLengthMax = 255

export function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const { 0: found, index } of text.matchAll(urls)) {
    const url = trimmed(found)
    if (!hasShortAuthority(url) || !isWebUrl(url)) continue
    if (index > end) parts.push({ kind: "text", text: text.slice(end, index) })
    parts.push({ kind: "link", text: url, url })
    end = index + url.length
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) })
  return parts
}

/** What is between `//` and the path: user, host and port. */
function hasShortAuthority(url: string): boolean {
  const begin = url.indexOf("//") + 2
  const end = url.slice(begin, begin + authorityLengthMax + 1).search(/[/?#\\]|$/)
  return end <= authorityLengthMax
}

/**
 * Without what ends the sentence, and without a bracket that was opened before the link. Brackets are counted once:
 * counting again for each one that goes would let one message of many hold every reader's page.
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

/** One to three emoji and nothing else, which are shown large. */
export function isFewEmoji(text: string): boolean {
  return text.length <= 60 && /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text.trim())
}
