/**
 * A file's name, made to fit: one line in which everything is visible, without folders, and
 * short enough for any disk. It never becomes a path here; it is for people who download
 * the file.
 */
import { limits } from "../contract/limits.ts"
import { hasSomethingVisible, isWithoutInvisible } from "../contract/text.ts"

/** No real name is longer; checking all characters of one would be wasted work. */
const lookedAt = 1_024
const unnamed = "file"

export function nameFrom(text: string | null): string {
  const line = (text ?? "")
    .slice(0, lookedAt)
    .toWellFormed()
    .replaceAll("\ufffd", "")
    .split(/[/\\]/)
    .at(-1)
    ?.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "")
  // What Windows refuses in names, and dots that would hide the file or be dropped.
  const plain = visible(line ?? "")
    .replaceAll(/[<>:"|?*]/g, "_")
    .replaceAll(/^[\s.]+|[\s.]+$/g, "")
  const short = shortened(plain)
  return hasSomethingVisible(short) ? short : unnamed
}

/** Without characters that change the direction of writing or are invisible, unless they shape their neighbours. */
function visible(text: string): string {
  if (isWithoutInvisible(text)) return text
  return text.replaceAll(/[\p{DI}\p{Cf}\ufff9-\ufffb]/gu, "")
}

/** Shortened before its ending, never within one visible character. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= limits.fileNameBytesMax) return name
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(name)?.[0] ?? ""
  let start = ""
  for (const { segment } of new Intl.Segmenter().segment(name.slice(0, -ending.length || undefined))) {
    if (Buffer.byteLength(start + segment + ending) > limits.fileNameBytesMax) break
    start += segment
  }
  return start.trimEnd() + ending
}
