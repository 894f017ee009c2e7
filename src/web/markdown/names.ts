/**
 * Where names of people whom a message mentions stand in its text. A text alone marks nobody: only these names are
 * looked for, behind an @ and as words of their own. Each is compared once at each @.
 */

/** Somebody, or all of the room, as it stands behind an @. */
export interface Named {
  readonly name: string
  /** It means whoever reads it. */
  readonly isOwn: boolean
}

interface Place {
  readonly start: number
  readonly end: number
  readonly isOwn: boolean
}

/** In the order they are looked for: "@Ann Lee" is not Ann, and of two people with one name oneself is meant first. */
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
