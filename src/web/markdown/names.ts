/**
 * Where the names of mentioned people are in a text. A text alone marks nobody: only these names are searched, after an
 * @ and as words of their own. Each is compared once at each @.
 */

/** A person, or the whole room, as written after an @. */
export interface Named {
  readonly name: string
  /** It is the reader. */
  readonly isOwn: boolean
}

interface Place {
  readonly start: number
  readonly end: number
  readonly isOwn: boolean
}

/** In the order of the search: "@Ann Lee" is not Ann, and of two people with one name the reader comes first. */
export function inOrder(people: readonly Named[]): Named[] {
  return [...people].sort((a, b) => b.name.length - a.name.length || Number(b.isOwn) - Number(a.isOwn))
}

/** `people` in their order. */
export function namesIn(line: string, people: readonly Named[]): Place[] {
  const found: Place[] = []
  if (people.length === 0) return found
  for (let start = line.indexOf("@"); start !== -1; start = line.indexOf("@", start + 1)) {
    if (isWord(line[start - 1])) continue
    const named = people.find(({ name }) => line.startsWith(name, start + 1) && !isWord(line[start + 1 + name.length]))
    if (named !== undefined) found.push({ start, end: start + 1 + named.name.length, isOwn: named.isOwn })
  }
  return found
}

const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_]/u.test(char)
