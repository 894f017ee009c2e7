/**
 * A picture or a film on its way in: which bytes are kept, and how large a picture is.
 * Types that store a location in ways that cannot be removed here are refused, since what
 * is sent must not reveal it.
 */
import { open } from "node:fs/promises"
import { ChatError } from "../../contract/errors.ts"
import { planFilm } from "./film.ts"
import { planGif } from "./gif.ts"
import { planJpeg } from "./jpeg.ts"
import { damaged, type Part, type PicturePlan, type Plan } from "./plan.ts"
import { planPng } from "./png.ts"
import { planWebp } from "./webp.ts"
import { Window } from "./window.ts"

const planners: Readonly<Record<string, (file: Window) => Promise<PicturePlan | Plan | undefined>>> = {
  "image/jpeg": planJpeg,
  "image/png": planPng,
  "image/webp": planWebp,
  "image/gif": planGif,
  "video/mp4": planFilm,
  "video/quicktime": planFilm,
}

/** Undefined if the file is kept as it came. Throws ERR_VALIDATION for one that is damaged, or cannot be cleaned. */
export async function planOf(type: string, path: string): Promise<PicturePlan | Plan | undefined> {
  const planner = planners[type]
  if (planner === undefined && !isTelling(type)) return undefined
  await using handle = await open(path, "r")
  const file = new Window(handle, (await handle.stat()).size)
  // Awaited, since the file is closed at the end of this function.
  if (planner !== undefined) return within(await planner(file), file.bytes)
  if (await tells(file)) throw new ChatError("ERR_VALIDATION", { message: telling })
  return undefined
}

/** A length beyond the end of the file is damage that the parser of a format may not notice. */
function within<P extends Plan | undefined>(plan: P, bytes: number): P {
  if (plan?.parts.some((part) => "to" in part && part.to > bytes)) throw damaged()
  return plan
}

/** The kept bytes, read again from their places. */
export async function* bytesOf(parts: readonly Part[], path: string): AsyncGenerator<Uint8Array> {
  await using handle = await open(path, "r")
  for (const part of parts) {
    if ("bytes" in part) yield part.bytes
    else yield* stretch(handle, part.from, part.to)
  }
}

const readBytes = 256 * 1024

async function* stretch(handle: Awaited<ReturnType<typeof open>>, from: number, to: number) {
  for (let at = from; at < to; ) {
    const buffer = Buffer.alloc(Math.min(readBytes, to - at))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) throw new Error("the file became shorter while it was read")
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

const telling =
  "This picture tells where and with what it was taken, and that cannot be removed from its kind here: send it as JPEG or PNG."

function isTelling(type: string): boolean {
  return ["image/heic", "image/avif", "image/tiff"].includes(type)
}

/** What such data begins with or is named, wherever it is: headers can lead to it in many ways. */
const marks = ["Exif", "xpacket", "http://ns.adobe.com/xap", "rdf:RDF", "application/rdf+xml"].map((text) =>
  Buffer.from(text, "latin1"),
)
/** TIFF numbers its metadata: EXIF, GPS, XMP, IPTC. */
const tiffTags: readonly number[] = [0x8769, 0x8825, 0x02bc, 0x83bb]
const markBytesMax = 32
/** Of one without entries; each of those takes more. */
const directoryBytesMin = 6

async function tells(file: Window): Promise<boolean> {
  const start = (await file.at(0, 8)).toString("latin1")
  if (/^(?:II|MM)/.test(start) && (await tellsTiff(file, start.startsWith("II")))) return true
  for (let at = 0; at < file.bytes; ) {
    const bytes = await file.rest(at)
    if (bytes.length === 0) return false
    if (marks.some((mark) => bytes.includes(mark))) return true
    at += bytes.length > markBytesMax && at + bytes.length < file.bytes ? bytes.length - markBytesMax : bytes.length
  }
  return false
}

async function tellsTiff(file: Window, isLittle: boolean): Promise<boolean> {
  const u16 = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  let directory = u32(await file.at(4, 4), 0)
  // Directories that share bytes, or lead back to themselves, could have entries without end.
  let left = file.bytes / directoryBytesMin
  // A document has a directory for each page.
  for (let page = 0; directory !== 0 && page < 10_000; page++) {
    const count = await file.at(directory, 2)
    if (count.length < 2) return true
    const entries = u16(count, 0)
    left -= 1 + entries
    if (left < 0) return true
    for (let entry = 0; entry < entries; entry++) {
      const tag = await file.at(directory + 2 + 12 * entry, 2)
      if (tag.length < 2 || tiffTags.includes(u16(tag, 0))) return true
    }
    const next = await file.at(directory + 2 + 12 * entries, 4)
    if (next.length < 4) return false
    directory = u32(next, 0)
  }
  return directory !== 0
}
