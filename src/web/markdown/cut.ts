/**
 * As much of a message as can be drawn within a frame, and is no wall to scroll past. The rest is shown to whoever
 * asks for it: one message of many marks, links or lines must not hold up everybody who reads the room.
 *
 * Costs are in microseconds of a slow machine, as Chromium was measured.
 */
import { everything } from "./inline.ts"
import { Letters } from "./letters.ts"
import type { Named } from "./names.ts"
import { parse } from "./parse.ts"
import type { Block, Inline } from "./tree.ts"

const budgetUs = 10_000
const elementUs = 80
const linkUs = 140
/** So many marks, items and blocks may come close together; it takes so many letters between them until one more may. */
const crowdMax = 32
const lettersPerMark = 8

interface Cut {
  readonly blocks: readonly Block[]
  readonly isCut: boolean
}

/** More lines and signs are seldom shown at once: the rest is only taken apart if it is. */
const reachMax = 250

/** What is shown of a text at first. Nothing is cut of what `parse` makes of it, or it begins like it. */
export function cutText(text: string, names: readonly Named[] = []): Cut {
  const reach = { left: reachMax, names }
  const first = cut(parse(text, reach))
  return first.isCut || reach.left > 0 ? first : cut(parse(text, everything(names)))
}

export function cut(blocks: readonly Block[]): Cut {
  const purse: Purse = { leftUs: budgetUs, letters: new Letters(), crowd: 0, isCut: false }
  return { blocks: paidOf(purse, blocks, paidBlock), isCut: purse.isCut }
}

interface Purse {
  leftUs: number
  readonly letters: Letters
  /** Marks, items and blocks, less what was read between them: people do not write them side by side, and machines do. */
  crowd: number
  isCut: boolean
}

function paidOf<T>(purse: Purse, all: readonly T[], paid: (purse: Purse, one: T) => T): T[] {
  const taken: T[] = []
  for (const one of all) {
    purse.isCut ||= purse.leftUs <= 0 || purse.crowd >= crowdMax
    if (purse.isCut) break
    taken.push(paid(purse, one))
  }
  return taken
}

function paidBlock(purse: Purse, block: Block): Block {
  purse.leftUs -= block.kind === "code" ? 2 * elementUs : elementUs
  purse.crowd++
  switch (block.kind) {
    case "paragraph":
      return { ...block, nodes: paidOf(purse, block.nodes, paidInline) }
    case "code":
      return { ...block, text: paidText(purse, block.text) }
    case "quote":
      return { ...block, blocks: paidOf(purse, block.blocks, paidBlock) }
    case "list":
      return { ...block, items: paidOf(purse, block.items, (_, item) => paidOf(purse, item, paidBlock)) }
  }
}

function paidInline(purse: Purse, node: Inline): Inline {
  if (node.kind !== "text") {
    purse.leftUs -= node.kind === "link" ? linkUs : elementUs
    purse.crowd += node.kind === "link" ? 2 : 1
  }
  if ("text" in node) return { ...node, text: paidText(purse, node.text) }
  return { ...node, nodes: paidOf(purse, node.nodes, paidInline) }
}

function paidText(purse: Purse, text: string): string {
  purse.crowd = Math.max(0, purse.crowd - text.length / lettersPerMark)
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0
    const costUs = purse.letters.costOf(code)
    purse.leftUs -= costUs
    if (costUs > 0 && purse.leftUs <= 0) {
      purse.isCut = true
      return `${text.slice(0, at)}…`
    }
    at += code > 0xffff ? 2 : 1
  }
  return text
}
