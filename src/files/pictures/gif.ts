/** GIF: comments and application blocks are removed, except the one that says how often an animation repeats. */
import { damaged, Parts, type PicturePlan } from "./plan.ts"
import type { Window } from "./window.ts"

const [extension, image, trailer] = [0x21, 0x2c, 0x3b]
const [application, comment] = [0xff, 0xfe]

export async function planGif(file: Window): Promise<PicturePlan> {
  const header = await file.at(0, 13)
  if (header.length < 13) throw damaged()
  const [width, height] = [header.readUInt16LE(6), header.readUInt16LE(8)]
  if (width === 0 || height === 0) throw damaged()
  const parts = new Parts()
  let at = 13 + tableBytes(header.readUInt8(10))
  parts.keep(0, at)
  for (;;) {
    const head = await file.at(at, 24)
    const kind = head[0]
    if (kind === trailer || kind === undefined) break
    if (kind !== extension && kind !== image) throw damaged()
    const blocks = kind === image ? at + 11 + tableBytes(head[9] ?? 0) : at + 2
    const end = await endOfBlocks(file, blocks, parts)
    if (kind === image || isKept(head)) parts.keep(at, end)
    at = end
  }
  parts.write(Uint8Array.of(trailer))
  return { width, height, parts: parts.list }
}

function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}

function isKept(head: Buffer): boolean {
  if (head[1] === comment) return false
  return head[1] !== application || /^(?:NETSCAPE2\.0|ANIMEXTS1\.0)$/.test(head.toString("latin1", 3, 14))
}

/** Each begins with its length; one of length 0 is the last. */
async function endOfBlocks(file: Window, from: number, parts: Parts): Promise<number> {
  for (let at = from; at < file.bytes; ) {
    parts.count()
    const [length = 0] = await file.at(at, 1)
    at += 1 + length
    if (length === 0) return Math.min(at, file.bytes)
  }
  return file.bytes
}
