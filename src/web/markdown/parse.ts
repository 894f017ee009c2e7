/**
 * A message's text as blocks: paragraphs, ``` code, > quotes, and lists.
 *
 * The text is sent as it was typed; it is parsed only for display. Blocks nest at most
 * `depthMax` deep, each line is looked at once for each depth, and what is no block, or was
 * not closed, stays as it was typed.
 */
import { everything, inlineOf, type Reach } from "./inline.ts"
import type { Block, Inline } from "./tree.ts"

const depthMax = 3

/** All of it, or up to `reach`: then a beginning of the same blocks. */
export function parse(text: string, reach: Reach = everything()): Block[] {
  return blocksOf(text.split("\n"), 0, reach)
}

/** A block, and the line after it. */
interface Read {
  readonly block: Block
  readonly next: number
}

function blocksOf(lines: readonly string[], depth: number, reach: Reach): Block[] {
  const blocks: Block[] = []
  const lastFence = lines.findLastIndex((line) => fenceEnd.test(line))
  let paragraph: Inline[][] = []
  for (let at = 0; at < lines.length && reach.left > 0; ) {
    reach.left--
    const read = readCode(lines, at, lastFence) ?? (depth < depthMax ? readQuote(lines, at, depth, reach) : undefined)
    const found = read ?? (depth < depthMax ? readList(lines, at, depth, reach) : undefined)
    if (found !== undefined) {
      blocks.push(...paragraphOf(paragraph), found.block)
      paragraph = []
    } else paragraph.push(inlineOf(lines[at] ?? "", reach))
    at = found?.next ?? at + 1
  }
  return [...blocks, ...paragraphOf(paragraph)]
}

const fence = /^\s{0,3}```([^`]*)$/
const fenceEnd = /```\s*$/
const languageName = /^[\w+#.-]{1,20}$/

/** To the next line that ends with a fence; `lastFence` is the last there is. */
function readCode(lines: readonly string[], at: number, lastFence: number): Read | undefined {
  const first = fence.exec(lines[at] ?? "")?.[1]?.trim()
  if (first === undefined || lastFence <= at) return undefined
  const end = endOf(lines, at + 1, (line) => !fenceEnd.test(line))
  const lastLine = lines[end]?.replace(fenceEnd, "") ?? ""
  const hasLanguage = languageName.test(first)
  const text = [
    ...(hasLanguage || first === "" ? [] : [first]),
    ...lines.slice(at + 1, end),
    ...(lastLine.trim() === "" ? [] : [lastLine]),
  ].join("\n")
  return { block: { kind: "code", language: hasLanguage ? first.toLowerCase() : "", text }, next: end + 1 }
}

const quote = /^>(?:>*(?: |$))/

function readQuote(lines: readonly string[], at: number, depth: number, reach: Reach): Read | undefined {
  const next = endOf(lines, at, (line) => quote.test(line))
  if (next === at) return undefined
  const inner = lines.slice(at, next).map((line) => line.replace(/^> ?/, ""))
  return { block: { kind: "quote", blocks: blocksOf(inner, depth + 1, reach) }, next }
}

const item = /^( *)([-*•]|\d{1,3}[.)]) +(?=\S)/

/** Items of one kind without an empty line between them; what is indented further belongs to the item above. */
function readList(lines: readonly string[], at: number, depth: number, reach: Reach): Read | undefined {
  const first = item.exec(lines[at] ?? "")
  if (first === null) return undefined
  const [, indent = "", marker = ""] = first
  const items: Block[][] = []
  let next = at
  for (let begin = at; isItem(lines[begin], indent, marker) && reach.left > 0; begin = next) {
    next = endOf(lines, begin + 1, (line) => /\S/.test(line) && indentOf(line) > indent.length)
    const [head = "", ...others] = lines.slice(begin, next)
    items.push(blocksOf([head.replace(item, ""), ...dedented(others)], depth + 1, reach))
  }
  return { block: { kind: "list", start: isNumber(marker) ? Number.parseInt(marker, 10) : undefined, items }, next }
}

function isItem(line: string | undefined, indent: string, marker: string): boolean {
  const found = item.exec(line ?? "")
  return found !== null && found[1] === indent && isNumber(found[2] ?? "") === isNumber(marker)
}

const isNumber = (marker: string): boolean => /^\d/.test(marker)
const indentOf = (line: string): number => line.search(/[^ ]|$/)

function dedented(lines: readonly string[]): string[] {
  const indent = lines.reduce((least, line) => Math.min(least, indentOf(line)), Number.POSITIVE_INFINITY)
  return lines.map((line) => line.slice(indent))
}

/** The end of the lines that match. */
function endOf(lines: readonly string[], from: number, isLike: (line: string) => boolean): number {
  let end = from
  for (let line = lines[end]; line !== undefined && isLike(line); line = lines[end]) end++
  return end
}

/** Without surrounding empty lines: those between blocks are shown only once. */
function paragraphOf(lines: readonly (readonly Inline[])[]): Block[] {
  const begin = lines.findIndex((line) => !isEmpty(line))
  if (begin === -1) return []
  const end = lines.findLastIndex((line) => !isEmpty(line)) + 1
  const nodes = lines.slice(begin, end).flatMap<Inline>((line, index) => {
    return index === 0 ? line : [{ kind: "text", text: "\n" }, ...line]
  })
  return [{ kind: "paragraph", nodes: merged(nodes) }]
}

const isEmpty = (line: readonly Inline[]): boolean =>
  line.every((node) => node.kind === "text" && !/\S/.test(node.text))

function merged(nodes: readonly Inline[]): Inline[] {
  const all: Inline[] = []
  let texts: string[] = []
  for (const node of [...nodes, undefined]) {
    if (node?.kind === "text") texts.push(node.text)
    else {
      if (texts.length > 0) all.push({ kind: "text", text: texts.join("") })
      texts = []
      if (node !== undefined) all.push(node)
    }
  }
  return all
}
