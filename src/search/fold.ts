/**
 * A text as searches compare it: without case, accents, vowel marks of Arabic and Hebrew,
 * the width of letters, ligatures and invisible characters. Marks that distinguish words
 * stay: vowels of Indic scripts, tones of Thai, voicing of Kana.
 *
 * Linear work for any text. `foldWithPlaces` folds letter by letter with the same result (a
 * test compares them), and knows where each unit came from.
 */
const isAscii = /^[\0-\x7f]*$/
const invisible = /\p{DI}+/gu
/** Sorting marks is quadratic in their number; no script has so many on a letter. */
const marksBeyond = /(?<=\p{M}{8})\p{M}+/gu
/** Marks that people leave out when they type: of Latin, Greek and Cyrillic, of Hebrew, of Arabic with its tatweel. */
const leftOut = new RegExp(
  [
    "[\\u0300-\\u036f\\u0483-\\u0487\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f",
    "\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7",
    "\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed]+",
  ].join(""),
  "gu",
)
/** Letters that Unicode does not decompose, though people do. */
const lookalikes: Readonly<Record<string, string>> = {
  Æ: "AE",
  Œ: "OE",
  Ø: "O",
  Ł: "L",
  Đ: "D",
  Ħ: "H",
  Ŧ: "T",
  ẞ: "SS",
}
const lookalike = new RegExp(`[${Object.keys(lookalikes).join("")}]`, "g")

/**
 * Parts that become one letter are folded together: a letter with its marks, or parts of Hangul syllables. Plain ASCII
 * letters without marks after them are separate letters.
 */
const letter =
  /[\0-\x7f]+(?![\p{M}\p{DI}\uff9e\uff9f])|[\u1100-\u11ff\u3131-\u318e\uffa1-\uffdc][\u1100-\u11ff\u3131-\u318e\uffa1-\uffdc\p{M}\p{DI}]*|[^\p{M}\p{DI}][\p{M}\p{DI}\uff9e\uff9f]*|[\p{M}\p{DI}]+/gu

export function fold(text: string): string {
  if (isAscii.test(text)) return text.toUpperCase()
  const bare = text.replace(invisible, "").replace(marksBeyond, "").normalize("NFKD").replace(leftOut, "")
  return bare
    .normalize("NFC")
    .toUpperCase()
    .replace(lookalike, (one) => lookalikes[one] ?? one)
}

export interface Folded {
  readonly text: string
  /** For each unit of `text`, the range in the original that it came from. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

export function foldWithPlaces(original: string): Folded {
  let text = ""
  const starts: number[] = []
  const ends: number[] = []
  for (const { 0: piece, index } of original.matchAll(letter)) {
    const isPlain = isAscii.test(piece)
    const folded = isPlain ? piece.toUpperCase() : foldedLetter(piece)
    text += folded
    for (let unit = 0; unit < folded.length; unit++) {
      starts.push(isPlain ? index + unit : index)
      ends.push(isPlain ? index + unit + 1 : index + piece.length)
    }
  }
  return { text, starts, ends }
}

/** A text has few different letters, which repeat. */
const letters = new Map<string, string>()
const lettersKeptMax = 4_096
const keptUnitsMax = 8

function foldedLetter(piece: string): string {
  if (piece.length > keptUnitsMax) return fold(piece)
  const known = letters.get(piece)
  if (known !== undefined) return known
  if (letters.size === lettersKeptMax) letters.clear()
  const folded = fold(piece)
  letters.set(piece, folded)
  return folded
}
