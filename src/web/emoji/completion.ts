/** What of `:name:` stands before the caret, and so what may be put in its place. */
interface Typed {
  /** Without the colons. */
  readonly name: string
  /** How far before the caret it begins. */
  readonly length: number
  /** The second colon is there: it is this one and no other. */
  readonly isWhole: boolean
}

const nameLengthMin = 2
const nameLengthMax = 40
/** A time, a port and a scheme have a letter or digit before the colon; a smiley has no two letters after it. */
const typed = /(?:^|[\s([{"'*_~>]|\P{ASCII})(:([a-z0-9+_-]+)(:?))$/iu

export function typedBefore(text: string, caret: number): Typed | undefined {
  const found = typed.exec(text.slice(Math.max(0, caret - nameLengthMax - 3), caret))
  const [, whole = "", name = "", end = ""] = found ?? []
  const isWhole = end !== ""
  if (name.length > nameLengthMax || (!isWhole && name.length < nameLengthMin) || name === "") return undefined
  return { name: name.toLowerCase(), length: whole.length, isWhole }
}
