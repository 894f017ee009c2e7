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
const controlInLine = /[\p{Cc}\p{Cs}]/u
const controlInProse = /[\p{Cs}[\p{Cc}--[\t\n\r]]]/v

const joiner = /[\u200c\u200d]/
// Variation selectors only pick a glyph for what precedes them. Interlinear annotation (FFF9..FFFB) is not DI, yet invisible.
const invisible = /[[\p{DI}--\p{VS}--[\u200c\u200d]][\ufff9-\ufffb]]/v
const joinerBetweenVisible = new RegExp(String.raw`(?<=${visible}\p{VS}*)[\u200c\u200d](?=${visible})`, "gu")

/**
 * What the functions below accept, as patterns of JSON Schema: ECMA-262 with the u flag.
 * `webUrl` alone says less than its function, which parses the rest of the URL too.
 */
export const patterns = {
  somethingVisible: visible,
  cleanLine: String.raw`^[^\p{Cc}\p{Cs}]*$`,
  cleanProse: String.raw`^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$`,
  withoutInvisible: String.raw`^(?:[^\p{DI}\ufff9-\ufffb]|\p{VS}|(?<=${visible}\p{VS}*)[\u200c\u200d](?=${visible}))*$`,
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

/** No control character and no lone surrogate. */
export function isCleanLine(text: string): boolean {
  return !controlInLine.test(text)
}

/** As isCleanLine, but line breaks and tabs are welcome. */
export function isCleanProse(text: string): boolean {
  return !controlInProse.test(text)
}

/** No invisible character, except U+200C and U+200D between visible ones (Persian names, family emoji). */
export function isWithoutInvisible(text: string): boolean {
  if (invisible.test(text)) return false
  return !joiner.test(text) || !joiner.test(text.replace(joinerBetweenVisible, ""))
}

/** An absolute http or https URL. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}
