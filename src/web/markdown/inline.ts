/**
 * One line of a message: `code`, links, names, **bold**, *italics*, _italics_ and
 * ~~strike~~.
 *
 * Each mark is open at most once at a time, so they nest at most four deep, and everything
 * is looked at a bounded number of times: the work grows linearly with any line. A mark
 * without a partner, or within a word, stays as it was typed.
 */
import { type Found, isFollowed, linksIn } from "./links.ts"
import { type Named, namesIn } from "./names.ts"
import type { Emphasis, Inline } from "./tree.ts"

/**
 * How many lines and characters are parsed; the rest is left out. And the names of those it mentions, in their order.
 */
export interface Reach {
  left: number
  readonly names?: readonly Named[]
}

/** Everything. */
export function everything(names: readonly Named[] = []): Reach {
  return { left: Number.POSITIVE_INFINITY, names }
}

export function inlineOf(line: string, reach: Reach): Inline[] {
  const end = endOfSigns(line, Math.min(signsMax, reach.left))
  const isLeftOut = end.signs >= reach.left
  reach.left -= end.signs
  const head = line.slice(0, end.at)
  const nodes = emphasized(head, leavesOf(head, reach.names))
  return end.at === line.length || isLeftOut ? nodes : [...nodes, { kind: "text", text: line.slice(end.at) }]
}

/**
 * This many marks in a line are parsed: more than a reader takes in, and than is drawn at once. The rest stays as it
 * was typed.
 */
const signsMax = 600
const sign = /[`*_~[]|[.:@]\S/g

/** The end of the line for the parser, and the number of characters up to there. */
function endOfSigns(line: string, most: number): { at: number; signs: number } {
  let signs = 0
  for (const { index } of line.matchAll(sign)) if (++signs > most) return { at: index, signs: most }
  return { at: line.length, signs }
}

/** Text without any of these contains no link. */
const mayLink = /[.:@]/

interface Leaf {
  readonly start: number
  readonly end: number
  readonly node: Inline
}

/** Parts without inner marks, in order. What begins first wins. */
function leavesOf(line: string, names: readonly Named[] = []): Leaf[] {
  const all = line.includes("`") ? codeIn(line) : []
  if (line.includes("](")) all.push(...labelledIn(line))
  if (mayLink.test(line)) all.push(...linksIn(line).map((found) => bareLink(line, found)))
  for (const { start, end, isOwn } of namesIn(line, names))
    all.push({ start, end, node: { kind: "mention", text: line.slice(start, end), isOwn } })
  if (all.length === 0) return all
  let end = 0
  return all
    .sort((a, b) => a.start - b.start)
    .filter((leaf) => {
      if (leaf.start < end) return false
      end = leaf.end
      return true
    })
}

/** From one run of backticks to the next of the same length. */
function codeIn(line: string): Leaf[] {
  const runs = [...line.matchAll(/`+/g)].map(({ 0: run, index }) => ({ start: index, length: run.length }))
  const partners = partnersOf(runs.map(({ length }) => length))
  const found: Leaf[] = []
  for (let i = 0; i < runs.length; i++) {
    const [run, partner] = [runs[i], runs[partners[i] ?? -1]]
    if (run === undefined || partner === undefined) continue
    const { start, length } = run
    const text = line.slice(start + length, partner.start).replace(/^ (?=`)|(?<=`) $/g, "")
    found.push({ start, end: partner.start + length, node: { kind: "code", text } })
    i = partners[i] ?? i
  }
  return found
}

/** The next position of each value. */
function partnersOf(values: readonly number[]): (number | undefined)[] {
  const next = new Map<number, number>()
  const partners: (number | undefined)[] = Array(values.length)
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i] ?? 0
    partners[i] = next.get(value)
    next.set(value, i)
  }
  return partners
}

const labelled = /\[([^[\]]+)\]\((https?:\/\/[^\s<>()"]+(?:\([^\s<>()"]*\)[^\s<>()"]*)*)\)/g

/** `[label](https://…)`. A label that looks like another address is no label. */
function labelledIn(line: string): Leaf[] {
  return [...line.matchAll(labelled)].flatMap(({ 0: { length }, 1: label = "", 2: url = "", index: start }) => {
    const isHonest = label.trim() !== "" && (!mayLink.test(label) || linksIn(label).every((other) => other.url === url))
    if (!isHonest || !isFollowed(url) || /\p{Bidi_Control}/u.test(label + url)) return []
    const nodes = emphasized(label, codeIn(label))
    return [{ start, end: start + length, node: { kind: "link", url, nodes, isBare: false } }]
  })
}

function bareLink(line: string, { start, end, url }: Found): Leaf {
  const nodes: Inline[] = [{ kind: "text", text: line.slice(start, end) }]
  return { start, end, node: { kind: "link", url, nodes, isBare: true } }
}

const emphasisOf = new Map<string, Emphasis>([
  ["**", "strong"],
  ["*", "emphasis"],
  ["_", "emphasis"],
  ["~~", "strike"],
])

/** The text between a mark and its partner, as far as it was read. */
interface Frame {
  readonly mark: string
  readonly nodes: Inline[]
}

function emphasized(line: string, leaves: readonly Leaf[]): Inline[] {
  if (leaves.length === 0 && !/[*_~]/.test(line)) return [{ kind: "text", text: line }]
  const frames: Frame[] = [{ mark: "", nodes: [] }]
  let from = 0
  for (const { start, end, node } of [...leaves, { start: line.length, end: line.length, node: undefined }]) {
    readMarks(line, { from, to: start }, frames)
    if (node !== undefined) frames.at(-1)?.nodes.push(node)
    from = end
  }
  while (frames.length > 1) unwind(frames)
  return frames[0]?.nodes ?? []
}

/** `from` is where a leaf ended, `to` where the next one begins. */
function readMarks(line: string, { from, to }: { from: number; to: number }, frames: Frame[]): void {
  const part = line.slice(from, to)
  let end = 0
  for (const { 0: run, index } of part.matchAll(/\*+|_+|~+/g)) {
    pushText(frames, part.slice(end, index))
    end = index + run.length
    const sides = { before: line.charAt(from + index - 1), after: line.charAt(from + end) }
    for (const mark of marksOf(run, frames)) readMark(mark, sides, frames)
  }
  pushText(frames, part.slice(end))
}

/** `***` is both; of the two, the one opened last is closed first. */
function marksOf(run: string, frames: readonly Frame[]): string[] {
  if (run !== "***") return [run]
  return frames.at(-1)?.mark === "*" ? ["*", "**"] : ["**", "*"]
}

interface Sides {
  readonly before: string
  readonly after: string
}

function readMark(mark: string, sides: Sides, frames: Frame[]): void {
  const emphasis = emphasisOf.get(mark)
  const isOpen = frames.some((frame) => frame.mark === mark)
  if (emphasis === undefined) pushText(frames, mark)
  else if (isOpen && mayEnd(mark, sides)) close(mark, emphasis, frames)
  else if (!isOpen && mayBegin(mark, sides)) frames.push({ mark, nodes: [] })
  else pushText(frames, mark)
}

function mayBegin(mark: string, { before, after }: Sides): boolean {
  if (!/\S/.test(after)) return false
  return mark === "_" ? /^[\s([{"'“‘«*~]?$/.test(before) : !/[a-zA-Z0-9\\]/.test(before)
}

function mayEnd(mark: string, { before, after }: Sides): boolean {
  if (!/\S/.test(before)) return false
  return mark === "_" ? /^[\s)\]}"'”’»*~.,;:!?…]?$/.test(after) : !/[a-zA-Z0-9]/.test(after)
}

function close(mark: string, kind: Emphasis, frames: Frame[]): void {
  while (frames.at(-1)?.mark !== mark) unwind(frames)
  const nodes = frames.pop()?.nodes ?? []
  frames.at(-1)?.nodes.push({ kind, nodes })
}

/** The last mark has no partner: it is plain text. */
function unwind(frames: Frame[]): void {
  const frame = frames.pop()
  if (frame === undefined) return
  pushText(frames, frame.mark)
  for (const node of frame.nodes) {
    if (node.kind === "text") pushText(frames, node.text)
    else frames.at(-1)?.nodes.push(node)
  }
}

function pushText(frames: readonly Frame[], text: string): void {
  const nodes = frames.at(-1)?.nodes
  const last = nodes?.at(-1)
  if (nodes === undefined || text === "") return
  if (last?.kind === "text") nodes[nodes.length - 1] = { kind: "text", text: last.text + text }
  else nodes.push({ kind: "text", text })
}
