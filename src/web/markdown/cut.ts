/**
 * The part of a message that can be drawn within a frame and is not too long to scroll past. The rest is shown on
 * request: one message with many marks, links or lines must not slow down everybody who reads the room.
 *
 * Costs are in microseconds on a slow machine, as measured in Chromium.
 */
import { everything } from "./inline.ts"
import { Letters } from "./letters.ts"
import type { Named } from "./names.ts"
import { parse } from "./parse.ts"
import type { Block, Inline } from "./tree.ts"

const budgetUs = 10_000
const elementUs = 80
const linkUs = 140
/** This many marks, items and blocks may be close together; then this many letters are needed before another one. */
const crowdMax = 32
const lettersPerMark = 8

interface Cut {
  readonly blocks: readonly Block[]
  readonly isCut: boolean
}

/** More lines and characters are seldom shown at once: the rest is parsed only if it is. */
const reachMax = 250

/** What is shown of a text at first: the whole result of `parse`, or a beginning of it. */
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
  /**
   * Marks, items and blocks, less the letters read between them: people do not write many side by side, machines do.
   */
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
