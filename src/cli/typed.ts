/** Quotes words of a command to be typed: a path with spaces must be one word. */
import { quoted } from "./completion/values.ts"

export function typed(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word)
}
