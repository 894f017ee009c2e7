/**
 * Splits a text that is too long for one message where a reader would: between paragraphs,
 * lines, sentences or words, else between visible characters. Code blocks continue in the
 * next part.
 */
import { lengthOf } from "../../contract/text.ts"

/** A fence that closes, and its line break. */
const fenceLength = 4

export function split(text: string, lengthMax: number): string[] {
  const parts: string[] = []
  let rest = text
  // The opening of the code block that continues.
  let fence = ""
  for (let begin = ""; lengthOf(begin + rest) > lengthMax; begin = fence && `${fence}\n`) {
    const window = firstOf(rest, lengthMax - lengthOf(begin) - fenceLength)
    const cut = bestCut(window)
    const piece = rest.slice(0, cut).trimEnd()
    fence = fenceAfter(fence, piece)
    parts.push(begin + piece + (fence && "\n```"))
    rest = rest.slice(cut).replace(fence ? /^\n/ : /^\s+/, "")
  }
  return [...parts, (fence && `${fence}\n`) + rest]
}

/** This many code points from its beginning. */
function firstOf(text: string, length: number): string {
  let end = 0
  for (let i = 0; i < length && end < text.length; i++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  return text.slice(0, end)
}

/** Later places are better, but none in the first half: a part of a few words helps nobody. */
function bestCut(window: string): number {
  const half = window.length / 2
  for (const separator of ["\n\n", "\n", /[.!?…。！？]["'”’)\]]*\s/g, /\s/g]) {
    const cut = typeof separator === "string" ? lastEnd(window, separator) : lastMatchEnd(window, separator)
    if (cut > half) return cut
  }
  return lastWholeCharacter(window)
}

function lastEnd(text: string, separator: string): number {
  return text.lastIndexOf(separator) + separator.length
}

function lastMatchEnd(text: string, pattern: RegExp): number {
  let end = 0
  for (const { 0: found, index } of text.matchAll(pattern)) end = index + found.length
  return end
}

/** A visible character may consist of several code points; one longer than half a part is cut anywhere. */
function lastWholeCharacter(window: string): number {
  const begin = Math.floor(window.length / 2)
  const segments = [...new Intl.Segmenter().segment(window.slice(begin))]
  const last = segments.at(-1)
  return segments.length > 1 && last !== undefined ? begin + last.index : window.length
}

const opened = /^\s{0,3}(```[\w+#.-]{0,20})[^`]*$/

/** The opening of the code block in which a text ends, if it does. */
function fenceAfter(before: string, text: string): string {
  let fence = before
  for (const line of text.split("\n")) {
    if (fence !== "") fence = /```\s*$/.test(line) ? "" : fence
    else fence = opened.exec(line)?.[1] ?? ""
  }
  return fence
}
