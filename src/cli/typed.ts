/** What stands in a command that somebody is to type: a path with blanks in it is one word to the shell as well. */
import { quoted } from "./completion/values.ts"

export function typed(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word)
}
