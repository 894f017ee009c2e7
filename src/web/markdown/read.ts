/**
 * A line of a message as plain text: without the marks of its formatting. Each piece knows where it was in the
 * original, so that hits in the original are found here. One pass over a parsed line.
 */
import { parse } from "./parse.ts"
import { type Block, type Inline, textOf } from "./tree.ts"

export function readOf(line: string): string {
  return textOf(parse(line)) || line
}

/** The ranges where something was found, in order. */
export type Range = readonly [start: number, end: number]

interface Part {
  readonly text: string
  readonly isFound: boolean
}

/**
 * The plain text, split where hits begin and end. A hit that is not part of it (in a link's address) is shown as it was
 * typed.
 */
export function partsOf(line: string, ranges: readonly Range[]): Part[] {
  const { parts, found } = divided(piecesOf(line), ranges)
  return found === ranges.length && parts.length > 0 ? parts : divided([{ text: line, at: 0 }], ranges).parts
}

interface Piece {
  readonly text: string
  readonly at: number
}

/** Their texts follow each other in the line, with only marks and addresses in between. */
function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  const visit = (node: Inline) => {
    if ("text" in node) {
      const at = line.indexOf(node.text, from)
      pieces.push({ text: node.text, at })
      from = at + node.text.length
      return
    }
    node.nodes.forEach(visit)
    if (node.kind === "link" && !node.isBare) from = line.indexOf(node.url, from) + node.url.length
  }
  parse(line).flatMap(nodesOf).forEach(visit)
  return pieces
}

function nodesOf(block: Block): readonly Inline[] {
  switch (block.kind) {
    case "paragraph":
      return block.nodes
    case "code":
      return [{ kind: "text", text: block.text }]
    case "quote":
      return block.blocks.flatMap(nodesOf)
    case "list":
      return block.items.flat().flatMap(nodesOf)
  }
}

/** And the number of ranges that are in them, at least in part. */
function divided(pieces: readonly Piece[], ranges: readonly Range[]): { parts: Part[]; found: number } {
  const parts: Part[] = []
  const put = (text: string, isFound: boolean) => {
    const last = parts.at(-1)
    if (last?.isFound === isFound) parts[parts.length - 1] = { text: last.text + text, isFound }
    else if (text !== "") parts.push({ text, isFound })
  }
  const found = new Set<number>()
  let next = 0
  for (const { text, at } of pieces) {
    const end = at + text.length
    let done = at
    for (let range = ranges[next]; range !== undefined && range[0] < end; range = ranges[++next]) {
      const [from, to] = [Math.max(range[0], done), Math.min(range[1], end)]
      if (from < to) {
        found.add(next)
        put(text.slice(done - at, from - at), false)
        put(text.slice(from - at, to - at), true)
        done = to
      }
      // It goes on in the next piece.
      if (range[1] > end) break
    }
    put(text.slice(done - at), false)
  }
  return { parts, found: found.size }
}
