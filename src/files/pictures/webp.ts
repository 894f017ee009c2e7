/** WebP: a list of chunks in a RIFF. EXIF and XMP are removed, with the flags that announce them. */
import { damaged, type Part, Parts, type PicturePlan } from "./plan.ts"
import type { Window } from "./window.ts"

const kept: ReadonlySet<string> = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"])
const [exifFlag, xmpFlag] = [0x08, 0x04]

export async function planWebp(file: Window): Promise<PicturePlan> {
  const header = await file.at(0, 12)
  const fileEnd = header.length < 12 ? 0 : Math.min(file.bytes, 8 + header.readUInt32LE(4))
  const parts = new Parts()
  let size: { readonly width: number; readonly height: number } | undefined
  for (let at = 12; at + 8 <= fileEnd; ) {
    parts.count()
    const head = Buffer.from(await file.at(at, 18))
    const type = head.toString("latin1", 0, 4)
    const length = head.readUInt32LE(4)
    const end = at + 8 + length + (length % 2)
    if (at + 8 + length > fileEnd) throw damaged()
    size ??= sizeOf(type, head)
    if (type === "VP8X" && length === 10) {
      head.writeUInt8(head.readUInt8(8) & ~(exifFlag | xmpFlag), 8)
      parts.write(head.subarray(0, 18))
    } else if (kept.has(type)) parts.keep(at, Math.min(end, file.bytes))
    at = end
  }
  if (size === undefined || size.width === 0 || size.height === 0) throw damaged()
  const total = parts.list.reduce((sum, part) => sum + lengthOf(part), 4)
  const riff = Buffer.from("RIFF\0\0\0\0WEBP", "latin1")
  riff.writeUInt32LE(total, 4)
  return { ...size, parts: [{ bytes: riff }, ...parts.list] }
}

function sizeOf(type: string, head: Buffer): { readonly width: number; readonly height: number } | undefined {
  if (head.length < 18) return undefined
  switch (type) {
    case "VP8X":
      return { width: 1 + head.readUIntLE(12, 3), height: 1 + head.readUIntLE(15, 3) }
    case "VP8 ":
      return { width: head.readUInt16LE(14) & 0x3fff, height: head.readUInt16LE(16) & 0x3fff }
    case "VP8L": {
      const bits = head.readUInt32LE(9)
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
    }
    default:
      return undefined
  }
}

function lengthOf(part: Part): number {
  return "bytes" in part ? part.bytes.length : part.to - part.from
}
