/**
 * MP4 and MOV without metadata about their making: a tree of boxes (ISO/IEC 14496-12, and
 * Apple's QuickTime format), of which those needed for playing stay. The others become
 * `free` boxes of the same length, filled with zeros, since a film finds its frames by
 * their position. A separate track that a camera recorded stays.
 */
import { Parts, type Plan } from "./plan.ts"
import type { Window } from "./window.ts"

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "))

const top = "the file"

/**
 * Boxes to keep, by the box that holds them. A phone stores its location in `udta` or `meta`, of the film or of a
 * track.
 */
const kept: Readonly<Record<string, ReadonlySet<string>>> = {
  [top]: words("ftyp styp moov mdat moof mfra sidx ssix pdin prft emsg"),
  moov: words("mvhd trak mvex iods ctab clip prfl pssh rmra cmov"),
  trak: words("tkhd edts tref trgr mdia tapt load clip matt imap txas prfl"),
  mdia: words("mdhd hdlr elng minf"),
}

/** Undefined if nothing has to go. Throws ERR_VALIDATION for one with more boxes than any real film. */
export async function planFilm(file: Window): Promise<Plan | undefined> {
  const parts = new Parts("video")
  const isTelling = await walk(file, parts, top, { from: 0, to: file.bytes })
  return isTelling ? { parts: parts.list } : undefined
}

interface Stretch {
  readonly from: number
  readonly to: number
}

/** Whether anything had to be removed. */
async function walk(file: Window, parts: Parts, holder: string, { from, to }: Stretch): Promise<boolean> {
  let isTelling = false
  for (let at = from; at < to; ) {
    const { type, bodyAt, end } = await boxAt(file, at, to)
    // An empty box says nothing, and many programs leave some.
    const isKept = kept[holder]?.has(type) === true || bodyAt === end
    if (!isKept) blank(parts, end - at)
    else parts.keep(at, type in kept ? bodyAt : end)
    const isTold = isKept && type in kept && (await walk(file, parts, type, { from: bodyAt, to: end }))
    isTelling ||= !isKept || isTold
    at = end
  }
  return isTelling
}

interface Box {
  readonly type: string
  readonly bodyAt: number
  readonly end: number
}

/** Invalid data reaches to the end of what holds it, and so does a box that claims to be longer. */
async function boxAt(file: Window, at: number, to: number): Promise<Box> {
  const head = await file.at(at, Math.min(16, to - at))
  const none = { type: "", bodyAt: at, end: to }
  if (head.length < 8) return none
  const size = head.readUInt32BE(0)
  const isLong = size === 1 && head.length === 16
  const bodyAt = at + (isLong ? 16 : 8)
  const end = size === 0 ? to : at + (isLong ? Number(head.readBigUInt64BE(8)) : size)
  return end < bodyAt ? none : { type: head.toString("latin1", 4, 8), bodyAt, end: Math.min(end, to) }
}

const zeros = Buffer.alloc(64 * 1024)
const longest = 0xffff_ffff

/** A box of that length that says nothing; where no box fits, as many zeros. */
function blank(parts: Parts, bytes: number): void {
  const isLong = bytes > longest
  const head = Buffer.alloc(bytes < 8 ? 0 : isLong ? 16 : 8)
  if (head.length > 0) {
    head.writeUInt32BE(isLong ? 1 : bytes, 0)
    head.write("free", 4, "latin1")
    if (isLong) head.writeBigUInt64BE(BigInt(bytes), 8)
    parts.write(head)
  }
  for (let left = bytes - head.length; left > 0; left -= zeros.length) {
    parts.write(zeros.subarray(0, Math.min(left, zeros.length)))
  }
}
