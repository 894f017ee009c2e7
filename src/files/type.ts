/**
 * The type of a file, by its first bytes alone. A name may say anything, and a browser that
 * trusts it runs what it should show. Unknown files are downloads without a type.
 */

const unknownType = "application/octet-stream"

interface Mark {
  readonly type: string
  /** In Latin-1. */
  readonly text: string
}

const marks: readonly Mark[] = [
  { type: "image/png", text: "\x89PNG\r\n\x1a\n" },
  { type: "image/jpeg", text: "\xff\xd8\xff" },
  { type: "image/gif", text: "GIF87a" },
  { type: "image/gif", text: "GIF89a" },
  { type: "image/tiff", text: "II*\0" },
  { type: "image/tiff", text: "MM\0*" },
  { type: "application/pdf", text: "%PDF-" },
  { type: "application/zip", text: "PK\x03\x04" },
  { type: "application/gzip", text: "\x1f\x8b" },
  { type: "application/zstd", text: "\x28\xb5\x2f\xfd" },
  { type: "application/x-7z-compressed", text: "7z\xbc\xaf\x27\x1c" },
  { type: "application/vnd.rar", text: "Rar!\x1a\x07" },
  { type: "audio/ogg", text: "OggS" },
  { type: "audio/flac", text: "fLaC" },
  { type: "audio/mpeg", text: "ID3" },
]

/** Of RIFF, at its eighth byte. */
const riffTypes: Readonly<Record<string, string>> = { WEBP: "image/webp", WAVE: "audio/wav", "AVI ": "video/x-msvideo" }

/** Major brands of ISO media files. */
const brands: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/^avi[fs]$/, "image/avif"],
  [/^(?:hei[cxms]|hev[cxms]|mif1|msf1)$/, "image/heic"],
  [/^M4[AB] $/, "audio/mp4"],
  [/^qt {2}$/, "video/quicktime"],
]

export function typeOf(head: Uint8Array): string {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1")
  const known = marks.find((mark) => text.startsWith(mark.text))
  if (known !== undefined) return known.type
  if (text.startsWith("RIFF")) return riffTypes[text.slice(8, 12)] ?? unknownType
  if (text.slice(4, 8) === "ftyp") return isoTypeOf(text)
  if (text.startsWith("\x1a\x45\xdf\xa3")) return text.slice(0, 64).includes("webm") ? "video/webm" : "video/x-matroska"
  if (isMpegAudio(head)) return "audio/mpeg"
  return textTypeOf(head) ?? unknownType
}

/** HEIF pictures often have a general brand first, and their own among the compatible brands. */
function isoTypeOf(text: string): string {
  const major = text.slice(8, 12)
  const compatible = text.slice(16, 64)
  if (/^mif1$|^msf1$/.test(major) && /avi[fs]/.test(compatible)) return "image/avif"
  return brands.find(([pattern]) => pattern.test(major))?.[1] ?? "video/mp4"
}

/** Two frames in a row, since one has only eleven identifying bits. */
function isMpegAudio(head: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = head
  const isLayer3 = first === 0xff && (second & 0xe6) === 0xe2
  return isLayer3 && (third & 0xf0) !== 0xf0 && (third & 0x0c) !== 0x0c
}

/** UTF-8 without control characters. Markup gets its type, so that a card can name it. */
function textTypeOf(head: Uint8Array): string | undefined {
  if (head.length === 0) return "text/plain"
  let text: string
  try {
    // The head may end in the middle of a character.
    text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true })
  } catch {
    return undefined
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no text has
  if (/[\0-\x08\x0e-\x1f]/.test(text)) return undefined
  const start = text.trimStart().toLowerCase()
  if (/^(?:<!doctype html|<html|<head|<body|<script)/.test(start)) return "text/html"
  if (start.startsWith("<") && /<svg[\s>]/.test(start)) return "image/svg+xml"
  return "text/plain"
}
