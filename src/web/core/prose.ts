/** A message's text, taken apart into what is shown as text and what can be followed. Nothing of it is ever markup. */
import { isWebUrl } from "../../contract/text.ts"

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly url: string }

/** Up to white space, quotes, and characters that turn the direction and would disguise where it leads. */
const urls = /https?:\/\/[^\s<>"“”«»\p{Bidi_Control}]+/gu
const closing = /[.,;:!?'’…*_~]$/u

export function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const { 0: found, index } of text.matchAll(urls)) {
    const url = trimmed(found)
    if (!isWebUrl(url)) continue
    if (index > end) parts.push({ kind: "text", text: text.slice(end, index) })
    parts.push({ kind: "link", text: url, url })
    end = index + url.length
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) })
  return parts
}

/** Without what ends the sentence, and without a bracket that was opened before the link. */
function trimmed(url: string): string {
  if (closing.test(url)) return trimmed(url.slice(0, -1))
  for (const [open, close] of ["()", "[]", "{}"] as const) {
    if (url.endsWith(close ?? "") && count(url, close ?? "") > count(url, open ?? "")) return trimmed(url.slice(0, -1))
  }
  return url
}

function count(text: string, char: string): number {
  return text.split(char).length - 1
}

/** One to three emoji and nothing else, which are shown large. */
export function isFewEmoji(text: string): boolean {
  return text.length <= 60 && /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text.trim())
}
