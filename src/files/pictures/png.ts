/** PNG: a list of chunks, of which those needed for drawing stay; everything after the last one is removed. */
import { damaged, Parts, type PicturePlan } from "./plan.ts"
import type { Window } from "./window.ts"

const kept: ReadonlySet<string> = new Set(
  "IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split(" "),
)

export async function planPng(file: Window): Promise<PicturePlan> {
  const parts = new Parts()
  parts.keep(0, 8)
  let [width, height] = [0, 0]
  for (let at = 8; ; ) {
    parts.count()
    const head = await file.at(at, 16)
    if (head.length < 12) throw damaged()
    const type = head.toString("latin1", 4, 8)
    const end = at + 12 + head.readUInt32BE(0)
    if (end > file.bytes || (at === 8) !== (type === "IHDR")) throw damaged()
    if (type === "IHDR") {
      const size = await file.at(at + 8, 8)
      ;[width, height] = [size.readUInt32BE(0), size.readUInt32BE(4)]
    }
    if (kept.has(type)) parts.keep(at, end)
    if (type === "IEND") break
    at = end
  }
  if (width === 0 || height === 0) throw damaged()
  return { width, height, parts: parts.list }
}
