/** The likely height of a row before it is drawn, in CSS pixels. A wrong estimate costs nothing. */
import { type RowSource, rowAt } from "../core/rows.ts"
import type { Slot } from "../core/slots.ts"

const lineHeight = 23
const charsPerLine = 80
const headerHeight = 34
const imageHeight = 260
const introHeight = 160
const quoteHeight = 22
const reactionsHeight = 36

export function estimateOf(source: RowSource, slot: Slot): number {
  const row = slot.kind === "row" ? rowAt(source, slot.index) : undefined
  if (row === undefined) return introHeight
  const text = row.type === "image" || row.files ? imageHeight : linesOf(row.content) * lineHeight
  const extras = (row.replyTo ? quoteHeight : 0) + (row.reactions.length > 0 ? reactionsHeight : 0)
  return text + extras + (row.beginsGroup ? headerHeight : 4) + (row.beginsDay ? 48 : 0) + (row.beginsNew ? 24 : 0)
}

function linesOf(content: string): number {
  let lines = 0
  for (const line of content.split("\n")) lines += Math.max(1, Math.ceil(line.length / charsPerLine))
  return lines
}
