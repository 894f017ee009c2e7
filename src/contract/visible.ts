/** How much of a text there is to see. Apart from the other rules of texts (`text.ts`): all that a page needs of them at once. */

/** A pattern for the `u` flag: a character that is drawn. */
export const visible = String.raw`[^\p{White_Space}\p{DI}\p{Cc}\p{Cf}\p{Cs}\u2800]`
const somethingVisible = new RegExp(visible, "u")

/** Code points, not UTF-16 units: an emoji outside the basic plane counts once. */
export function lengthOf(text: string): number {
  let surrogatePairs = 0
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) surrogatePairs++
  }
  return text.length - surrogatePairs
}

export function hasSomethingVisible(text: string): boolean {
  return somethingVisible.test(text)
}
