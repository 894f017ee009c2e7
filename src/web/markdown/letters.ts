/**
 * What it costs a browser to draw letters. Those of one script and one direction are shaped and painted at once: what
 * is dear is each change between them, each mark, emoji or tab, each line, and the first of each letter.
 *
 * Costs are in microseconds of a slow machine, as Chromium was measured.
 */
import { isFromRight, isUsual, latin, scriptOf } from "./scripts.ts"

/** Dear to draw, or much to scroll. */
const lineUs = 80
/** Marks upon letters. */
const signUs = 12
/** Marks that pick another letter of a font. */
const selectorUs = 24
const emojiUs = 24
/** A tab, or a return, within a line. */
const tabUs = 10
/** It keeps letters from being joined, and is drawn for itself. */
const nonJoinerUs = 10
/** Each time the direction turns, and where it may. */
const turnUs = 16
const controlUs = 30
/** Each time letters of another script come, or a space behind a word of a rarer one: it may be of another font. */
const scriptUs = 8
const spaceUs = 2
/** The first of its kind is looked for in the fonts. */
const newLetterUs = 8

const [tab, lineFeed, carriageReturn, nonJoiner] = [0x09, 0x0a, 0x0d, 0x200c]
const mark = /\p{M}/u
const emoji = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u
const control = /\p{Bidi_Control}/u
const strong = /[\p{L}\p{N}]/u
const digit = /\p{Nd}/u

/** Numbers run from the left even between words that do not. */
type Direction = "left" | "right" | "number"

/** Reads a text from its beginning, letter by letter. */
export class Letters {
  #before = lineFeed
  #script = latin
  #direction: Direction = "left"
  readonly #seen = new Set<number>()

  /** What the next one costs. */
  costOf(code: number): number {
    const before = this.#before
    this.#before = code
    if (code === lineFeed) return before === carriageReturn ? lineUs - tabUs : lineUs
    if (code === carriageReturn) return tabUs
    // Those that a line begins with are one.
    if (code === tab) return before === tab || before === lineFeed ? 0 : tabUs
    if (code === nonJoiner) return nonJoinerUs
    return code < 0x80 ? this.#costOfAscii(code) : this.#costOfOther(code)
  }

  #costOfAscii(code: number): number {
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
    if (isLetter) return this.#become(latin, scriptUs) + this.#turn("left")
    const isNumber = code >= 0x30 && code <= 0x39
    const turn = isNumber && this.#direction !== "left" ? this.#turn("number") : 0
    return turn + (isUsual(this.#script) ? 0 : this.#become(latin, spaceUs))
  }

  #costOfOther(code: number): number {
    const letter = String.fromCodePoint(code)
    if (mark.test(letter)) return code > 0xffff ? selectorUs : signUs
    if (emoji.test(letter)) return emojiUs
    if (control.test(letter)) return controlUs
    const direction = isFromRight(code) ? (digit.test(letter) ? "number" : "right") : "left"
    const turn = strong.test(letter) ? this.#turn(direction) : 0
    return turn + this.#become(scriptOf(code), scriptUs) + this.#meet(code)
  }

  #become(script: number, costUs: number): number {
    if (script === this.#script) return 0
    this.#script = script
    return costUs
  }

  #turn(direction: Direction): number {
    if (direction === this.#direction) return 0
    this.#direction = direction
    return turnUs
  }

  #meet(code: number): number {
    if (this.#seen.has(code)) return 0
    this.#seen.add(code)
    return newLetterUs
  }
}
