/** The alternative text of a picture: the sender's, or a general one. */
import type { SharedFile } from "../core/wire.ts"
import { laterTexts } from "../texts/texts.ts"

export function wordsOf({ alt, name }: SharedFile): string {
  return alt ?? laterTexts().files.picture(name)
}
