/**
 * JPEG without metadata about its making: a list of segments (ITU T.81, annex B), of which
 * those needed for drawing stay. Of EXIF only the orientation stays. Everything after the
 * end of the picture is removed: phones put a second picture there, or a film.
 */
import { damaged, Parts, type PicturePlan } from "./plan.ts"
import type { Window } from "./window.ts"

const [startOfImage, endOfImage, startOfScan] = [0xd8, 0xd9, 0xda]
const [app0, app1, app2, app14, app15, comment] = [0xe0, 0xe1, 0xe2, 0xee, 0xef, 0xfe]
const orientationTag = 0x0112

export async function planJpeg(file: Window): Promise<PicturePlan> {
  const parts = new Parts()
  parts.keep(0, 2)
  let size = { width: 0, height: 0 }
  let orientation = 1
  for (let at = 2; ; ) {
    parts.count()
    const { marker, start } = await nextMarker(file, at)
    if (marker === endOfImage) {
      parts.keep(start, start + 2)
      break
    }
    if (marker === startOfImage) throw damaged()
    const head = await file.at(start + 2, 20)
    const end = start + 2 + (head.length >= 2 ? head.readUInt16BE(0) : 0)
    if (end < start + 4 || end > file.bytes) throw damaged()
    if (isFrame(marker) && head.length >= 7) size = { height: head.readUInt16BE(3), width: head.readUInt16BE(5) }
    if (marker === app1 && orientation === 1) {
      orientation = orientationIn(await file.at(start + 4, end - start - 4))
      if (orientation !== 1) parts.write(exifOf(orientation))
    }
    if (isKept(marker, head.subarray(2))) parts.keep(start, end)
    at = end
    if (marker !== startOfScan) continue
    const scanEnd = await endOfScan(file, end)
    parts.keep(end, scanEnd)
    if (scanEnd === file.bytes) {
      // Truncated, but every browser still shows it.
      parts.write(Uint8Array.of(0xff, endOfImage))
      break
    }
    at = scanEnd
  }
  if (size.width === 0 || size.height === 0) throw damaged()
  const isTurned = orientation >= 5
  return { width: isTurned ? size.height : size.width, height: isTurned ? size.width : size.height, parts: parts.list }
}

/** Any number of fill bytes may stand before it. */
async function nextMarker(file: Window, from: number): Promise<{ readonly marker: number; readonly start: number }> {
  let at = from
  for (;;) {
    const bytes = await file.rest(at)
    if (bytes[0] !== 0xff || bytes.length < 2) throw damaged()
    const index = bytes.findIndex((byte) => byte !== 0xff)
    if (index > 0) return { marker: bytes[index] ?? 0, start: at + index - 1 }
    at += bytes.length - 1
  }
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

function isKept(marker: number, start: Buffer): boolean {
  const startsWith = (text: string) => start.subarray(0, text.length).equals(Buffer.from(text, "latin1"))
  if (marker === app0) return startsWith("JFIF\0")
  if (marker === app2) return startsWith("ICC_PROFILE\0")
  if (marker === app14) return startsWith("Adobe")
  return marker !== comment && !(marker > app0 && marker <= app15)
}

/** Where the next marker stands that is neither data nor a restart; the end of the file without one. */
async function endOfScan(file: Window, from: number): Promise<number> {
  let at = from
  while (at < file.bytes) {
    const bytes = await file.rest(at)
    if (bytes.length === 0) break
    let index = bytes.indexOf(0xff)
    while (index !== -1 && index + 1 < bytes.length) {
      const next = bytes[index + 1] ?? 0
      if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at + index
      index = bytes.indexOf(0xff, index + 1)
    }
    // A marker at the very end is looked at with what follows.
    const step = index === -1 ? bytes.length : index
    if (step === 0) break
    at += step
  }
  return file.bytes
}

/** 1 to 8; 1 is upright, and is used where nothing can be read. */
function orientationIn(exif: Buffer): number {
  if (exif.toString("latin1", 0, 6) !== "Exif\0\0") return 1
  const tiff = exif.subarray(6)
  const isLittle = tiff.toString("latin1", 0, 2) === "II"
  const u16 = (at: number) => (at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const u32 = (at: number) => (at + 4 > tiff.length ? 0 : isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const directory = u32(4)
  // It may say that there are 65,535 of them, in each of many segments.
  const end = Math.min(tiff.length - 11, directory + 2 + 12 * u16(directory))
  for (let at = directory + 2; at < end; at += 12) {
    if (u16(at) !== orientationTag) continue
    const value = u16(at + 8)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** A segment that contains only this. */
function exifOf(orientation: number): Uint8Array {
  const bytes = Buffer.alloc(36)
  bytes.set([0xff, app1, 0, 34], 0)
  bytes.write("Exif\0\0MM\0*\0\0\0\x08\0\x01", 4, "latin1")
  bytes.writeUInt16BE(orientationTag, 20)
  bytes.writeUInt16BE(3, 22)
  bytes.writeUInt32BE(1, 24)
  bytes.writeUInt16BE(orientation, 28)
  return bytes
}
