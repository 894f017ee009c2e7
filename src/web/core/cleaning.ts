/**
 * Pasted text, without invisible characters that the server would refuse: terminal colours,
 * other control characters, soft hyphens, half characters. Everything visible stays as it
 * is.
 */

/** Escape sequences: colours and movements (CSI), titles and links (OSC), and those of two characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are made of
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -Z\\-~])?/g
/** Line breaks by other names: of Windows, of word processors, of Unicode. */
const breaks = /\r\n?|[\v\f\u0085\u2028\u2029]/g
const controls = /[\p{Cc}--[\t\n]]/gv
/** Joiners, variation selectors and tags may belong to what is seen: they stay. */
const invisible =
  /[[\p{DI}--[\u200c\u200d\ufe00-\ufe0f\u180b-\u180f\u{e0100}-\u{e01ef}\u{e0020}-\u{e007f}]][\ufff9-\ufffb]]/gv

/** For a message. */
export function cleanedProse(text: string): string {
  return text.toWellFormed().replaceAll(escapes, "").replaceAll(breaks, "\n").replaceAll(controls, "").trimEnd()
}

/** For a name or another field of one line. */
export function cleanedLine(text: string): string {
  return cleanedProse(text)
    .replaceAll(/[\t\n]+/g, " ")
    .replaceAll(invisible, "")
    .trim()
}
