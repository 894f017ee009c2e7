/**
 * What it costs a browser to draw letters. Letters of one script and direction are shaped and painted together;
 * expensive are each change between them, each mark, emoji or tab, each line, and the first use of each letter.
 *
 * Costs are in microseconds on a slow machine, as measured in Chromium.
 */
import { isFromRight, isUsual, latin, scriptOf } from "./scripts.ts"

/** Expensive to draw, or long to scroll. */
const lineUs = 80
/** Marks upon letters. */
const signUs = 12
/** Marks that select another form of a letter. */
const selectorUs = 24
const emojiUs = 24
/** A tab, or a return, within a line. */
const tabUs = 10
/** It keeps letters apart, and is drawn by itself. */
const nonJoinerUs = 10
/** Each change of direction, and each place where it may change. */
const turnUs = 16
const controlUs = 30
/** Each change to another script, and each space after a word of a rarer one, which may be of another font. */
const scriptUs = 8
const spaceUs = 2
/** The first letter of its kind is looked up in the fonts. */
const newLetterUs = 8

const [tab, lineFeed, carriageReturn, nonJoiner] = [0x09, 0x0a, 0x0d, 0x200c]
const mark = /\p{M}/u
const emoji = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u
const control = /\p{Bidi_Control}/u
const strong = /[\p{L}\p{N}]/u
const digit = /\p{Nd}/u

/** Numbers are written from the left even within words written from the right. */
type Direction = "left" | "right" | "number"

/** Reads a text from its beginning, letter by letter. */
export class Letters {
  #before = lineFeed
  #script = latin
  #direction: Direction = "left"
  readonly #seen = new Set<number>()

  /** The cost of the next letter. */
  costOf(code: number): number {
    const before = this.#before
    this.#before = code
    if (code === lineFeed) return before === carriageReturn ? lineUs - tabUs : lineUs
    if (code === carriageReturn) return tabUs
    // Spaces at the beginning of a line count once.
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
