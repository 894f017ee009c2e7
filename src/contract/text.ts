/**
 * Which characters a text may hold, and what counts as something to see.
 *
 * The sets are Unicode properties (UAX #44), so they follow the engine's Unicode
 * version instead of a list that ages. `DI` is Default_Ignorable_Code_Point: what
 * is drawn as nothing at all, bidi overrides and zero-width characters included.
 */
const visible = String.raw`[^\p{White_Space}\p{DI}\p{Cc}\p{Cf}\p{Cs}\u2800]`
const somethingVisible = new RegExp(visible, "u")

// A lone surrogate reaches SQLite as U+FFFD and NUL cuts SQLite's length(): what is stored would not be what was sent.
// Zl and Zp are the line breaks that are no control characters.
const controlInLine = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u
const controlInProse = /[\p{Cs}[\p{Cc}--[\t\n\r]]]/v

const joiner = /[\u200c\u200d]/
const joinerBetweenVisible = new RegExp(String.raw`(?<=${visible})[\u200c\u200d](?=${visible})`, "gu")
// A variation selector picks a glyph for what precedes it: an emoji (a digit only as a keycap), a Han or a Mongolian
// letter. Behind anything else it is drawn as nothing, and would make a second name that looks the same.
const selector = [
  String.raw`(?<=(?![0-9#*])\p{Emoji})[\ufe0e\ufe0f]`,
  String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
  String.raw`(?<=\p{Ideographic})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=\p{sc=Mongolian})[\u180b-\u180d\u180f]`,
].join("|")
const selectorBehindItsBase = new RegExp(selector, "gu")
// Interlinear annotation (FFF9..FFFB) is not DI, yet invisible.
const invisible = /[[\p{DI}--[\u200c\u200d]][\ufff9-\ufffb]]/v

/**
 * What the functions below accept, as patterns of JSON Schema: ECMA-262 with the u flag.
 * `webUrl` alone says less than its function, which parses the rest of the URL too.
 */
export const patterns = {
  somethingVisible: visible,
  cleanLine: String.raw`^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$`,
  cleanProse: String.raw`^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$`,
  withoutInvisible: String.raw`^(?:[^\p{DI}\ufff9-\ufffb]|${selector}|(?<=${visible}\p{VS}?)[\u200c\u200d](?=${visible}))*$`,
  webUrl: "^https?://",
} as const

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

/** No control character, no line break of any kind and no lone surrogate. */
export function isCleanLine(text: string): boolean {
  return !controlInLine.test(text)
}

/** As isCleanLine, but line breaks and tabs are welcome. */
export function isCleanProse(text: string): boolean {
  return !controlInProse.test(text)
}

/** No invisible character, except U+200C and U+200D between visible ones (Persian names, family emoji). */
export function isWithoutInvisible(text: string): boolean {
  const plain = text.replace(selectorBehindItsBase, "")
  return !invisible.test(plain) && !joiner.test(plain.replace(joinerBetweenVisible, ""))
}

/** An absolute http or https URL. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}
