import { expect, test } from "bun:test"
import fc from "fast-check"
import { fold, foldWithPlaces } from "../../src/search/fold.ts"
import { seededRandom } from "../support/random.ts"
import { textIn } from "./words.ts"

test.each([
  ["Straße ẞ", "STRASSE SS"],
  ["ﬁ ﬃ Æther Œuvre", "FI FFI AETHER OEUVRE"],
  ["Ελλάδα ς σ Σ ΐ", "ΕΛΛΑΔΑ Σ Σ Σ Ι"],
  ["ＡＢＣ１２３ ｶﾞ", "ABC123 ガ"],
  ["السَّلَامُ كتـــاب آأإ", "السلام كتاب ااا"],
  ["שָׁלוֹם", "שלום"],
  ["Łódź Smørrebrød Đ İ ı", "LODZ SMORREBROD D I I"],
  ["ё й", "Е И"],
  ["می\u200cروم so\u00adft", "میروم SOFT"],
  ["が か", "が か"],
  ["한글", "한글"],
  ["한", "한"],
  ["हिन्दी", "हिन्दी"],
])("%s is %s to a search", (text, folded) => {
  expect(fold(text)).toBe(folded)
})

test("letter by letter it comes to the same, and each unit knows where it came from", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      expect(foldWithPlaces(text).text).toBe(fold(text))
    }),
    { numRuns: 2_000 },
  )
  const next = seededRandom(7)
  for (let run = 0; run < 2_000; run++) {
    const text = textIn(next)
    const { text: folded, starts, ends } = foldWithPlaces(text)
    expect(folded).toBe(fold(text))
    expect([starts.length, ends.length]).toEqual([folded.length, folded.length])
    expect(starts.every((start, unit) => start < (ends[unit] ?? 0))).toBe(true)
  }
})

test("plain letters come from one place each, others from that of the whole letter", () => {
  expect(foldWithPlaces("Fé ﬃxy")).toEqual({
    text: "FE FFIXY",
    starts: [0, 1, 2, 3, 3, 3, 4, 5],
    ends: [1, 2, 3, 4, 4, 4, 5, 6],
  })
})

test("marks without end are no work without end", () => {
  const many = `a${"\u0307".repeat(2_000)}${"\u0323".repeat(2_000)}`
  expect(fold(many.repeat(20))).toBe("A".repeat(20))
  expect(foldWithPlaces(many.repeat(20)).text).toBe("A".repeat(20))
})
