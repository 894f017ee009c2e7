/**
 * Which characters a text may hold, and what counts as something to see.
 *
 * The sets are Unicode properties (UAX #44), so they follow the engine's Unicode
 * version instead of a list that ages. `DI` is Default_Ignorable_Code_Point: what
 * is drawn as nothing at all, bidi overrides and zero-width characters included.
 */
import { visible } from "./visible.ts"

export { hasSomethingVisible, lengthOf } from "./visible.ts"

// A lone surrogate reaches SQLite as U+FFFD and NUL cuts SQLite's length(): what is stored would not be what was sent.
// Zl and Zp are the line breaks that are no control characters.
const controlInLine = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u
const controlInProse = /[\p{Cs}[\p{Cc}--[\t\n\r]]]/v

// Scripts whose letters a joiner shapes, also at their end: Malayalam chillus, Bengali khanda ta, the Hijri year in Persian.
const shapedScripts = "Arab Syrc Mand Nkoo Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Mymr Khmr Tibt".split(
  " ",
)
const shapedLetter = String.raw`(?=[\p{L}\p{M}])[${shapedScripts.map((script) => `\\p{scx=${script}}`).join("")}]`
const joiner = [
  // Persian names, family emoji. A selector belongs to the character before it.
  String.raw`(?<=${visible}\p{VS}?)[\u200c\u200d](?=${visible})`,
  String.raw`(?<=${shapedLetter})[\u200c\u200d]`,
  // Not as the first character: what it would shape on its other side is not there.
  String.raw`(?<=[^])(?<![\u200c\u200d])[\u200c\u200d](?=${shapedLetter})`,
].join("|")
// A variation selector picks a glyph for what precedes it: an emoji (a digit only as a keycap), a Han or a Mongolian
// letter. Behind anything else it is drawn as nothing, and would make a second name that looks the same.
const selector = [
  String.raw`(?<=(?![0-9#*])\p{Emoji})[\ufe0e\ufe0f]`,
  String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
  String.raw`(?<=\p{Ideographic})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=\p{sc=Mongolian})[\u180b-\u180d\u180f]`,
].join("|")
// The flags of England, Scotland and Wales. All other sequences of tags are drawn as a plain black flag.
const tagFlag = String.raw`\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}`
// Interlinear annotation (FFF9..FFFB) is not DI, yet invisible.
const mayBeInvisible = String.raw`\p{DI}\ufff9-\ufffb`
const someMayBeInvisible = new RegExp(`[${mayBeInvisible}]`, "u")

const lineBreakOrTab = /[\t\n\r]/g
// As the URL standard finds it, which leaves out line breaks and tabs: behind all slashes, and all that stands for a user.
const hostInUrl = /^https?:\/\/[/\\]*(?:[^/\\?#]*@)?(?<host>[^/\\?#]*)/
const hostLengthMax = 253 + ":65535".length
const labelLengthMax = 63 + ":65535".length
const labelEnd = /[.\u3002\uff0e\uff61]/
const manyMarks = /[\p{M}\p{DI}]{8}/u

/**
 * What the functions below accept, as patterns of JSON Schema: ECMA-262 with the u flag.
 * `webUrl` alone says less than its function, which parses the rest of the URL too.
 */
export const patterns = {
  somethingVisible: visible,
  cleanLine: String.raw`^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$`,
  cleanProse: String.raw`^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$`,
  withoutInvisible: `^(?:[^${mayBeInvisible}]|${tagFlag}|${selector}|${joiner})*$`,
  webUrl: "^https?://",
} as const

const withoutInvisible = new RegExp(patterns.withoutInvisible, "u")

/** No control character, no line break of any kind and no lone surrogate. */
export function isCleanLine(text: string): boolean {
  return !controlInLine.test(text)
}

/** As isCleanLine, but line breaks and tabs are welcome. */
export function isCleanProse(text: string): boolean {
  return !controlInProse.test(text)
}

/**
 * No invisible character, except those that change how their neighbours are drawn: joiners, the selectors behind what
 * they vary, the tags of flags.
 */
export function isWithoutInvisible(text: string): boolean {
  return !someMayBeInvisible.test(text) || withoutInvisible.test(text)
}

/** An absolute http or https URL of a host that names can have. */
export function isWebUrl(text: string): boolean {
  return isCheapToParse(text) && URL.canParse(text)
}

/**
 * To parse a URL is linear work but for its host, whose marks are put into their order one by one: 4,000 of them took
 * 66 ms. The bounds are those of names in DNS, and far more marks on a letter than any script has.
 */
function isCheapToParse(text: string): boolean {
  const host = hostInUrl.exec(text.replace(lineBreakOrTab, ""))?.groups?.["host"]
  if (host === undefined || host.length > hostLengthMax || manyMarks.test(host)) return false
  return host.split(labelEnd).every((label) => label.length <= labelLengthMax)
}
