/** What a screen reader says of a picture: its sender's words, or that it is one. */
import type { SharedFile } from "../core/wire.ts"
import { laterTexts } from "../texts/texts.ts"

export function wordsOf({ alt, name }: SharedFile): string {
  return alt ?? laterTexts().files.picture(name)
}
