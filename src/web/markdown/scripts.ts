/**
 * Letters that a browser shapes together: those of one script, in one font. By Unicode blocks, if a script has several.
 */

/** In nearly every font, with the punctuation between words. */
export const latin = 0
const greek = 1
const cyrillic = 2

/** Their fonts contain the spaces between words too. */
export const isUsual = (script: number): boolean => script <= cyrillic

/** First and last letter. What is not among them counts by blocks of 128. */
const ranges: readonly (readonly [first: number, last: number, script: number])[] = [
  // Han, Kana, and related blocks.
  [0x2e80, 0x312f, 3],
  [0x3190, 0x9fff, 3],
  [0xf900, 0xfaff, 3],
  [0xff00, 0xffef, 3],
  [0x20000, 0x3ffff, 3],
  [0xac00, 0xd7ff, 4],
  [0x1100, 0x11ff, 4],
  [0x3130, 0x318f, 4],
  [0xa960, 0xa97f, 4],
  [0x400, 0x52f, cyrillic],
  [0x1c80, 0x1c8f, cyrillic],
  [0x2de0, 0x2dff, cyrillic],
  [0xa640, 0xa69f, cyrillic],
  [0x600, 0x6ff, 5],
  [0x750, 0x77f, 5],
  [0x870, 0x8ff, 5],
  [0xfb50, 0xfdff, 5],
  [0xfe70, 0xfeff, 5],
  [0x590, 0x5ff, 6],
  [0xfb1d, 0xfb4f, 6],
  [0x370, 0x3ff, greek],
  [0x1f00, 0x1fff, greek],
  [0, 0x2ff, latin],
  [0x1d00, 0x1eff, latin],
  [0x2000, 0x20cf, latin],
  [0x2c60, 0x2c7f, latin],
  [0xa720, 0xa7ff, latin],
  [0xab30, 0xab6f, latin],
  // Armenian, Tibetan, Burmese, Georgian, Ethiopic, Cree, Mongolian, Yi, and the letters of mathematics.
  [0x530, 0x58f, 7],
  [0xf00, 0xfff, 8],
  [0x1000, 0x109f, 9],
  [0x10a0, 0x10ff, 10],
  [0x1c90, 0x1cbf, 10],
  [0x1200, 0x139f, 11],
  [0x1400, 0x167f, 12],
  [0x1800, 0x18af, 13],
  [0xa000, 0xa4cf, 14],
  [0x1d400, 0x1d7ff, 15],
  [0x2100, 0x2bff, 16],
]

export function scriptOf(code: number): number {
  for (const [first, last, script] of ranges) if (code >= first && code <= last) return script
  return 100 + (code >> 7)
}

/** Written from right to left in any context. */
export function isFromRight(code: number): boolean {
  if (code < 0x590) return false
  return (
    code <= 0x8ff ||
    (code >= 0xfb1d && code <= 0xfdff) ||
    (code >= 0xfe70 && code <= 0xfefe) ||
    (code >= 0x10800 && code <= 0x10fff) ||
    (code >= 0x1e800 && code <= 0x1efff)
  )
}
