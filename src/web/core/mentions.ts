/**
 * Whom a text mentions: those whose names stand in it behind an @, or all of the room. The server is told their ids,
 * since names change.
 */
import { laterLimits } from "./later-limits.ts"
import type { Member } from "./wire.ts"

type Named = Pick<Member, "userId" | "username">

/** The longest name counts: "@Ann Lee" is not Ann. Several people may have one name, and then all are meant. */
export function mentionsIn(text: string, people: Iterable<Named>): string[] {
  if (!text.includes("@")) return []
  const byName = Map.groupBy(people, ({ username }) => username)
  const taken = new Set<number>()
  const found: string[] = []
  for (const name of [...byName.keys()].sort((a, b) => b.length - a.length)) {
    const places = placesOf(`@${name}`, text).filter((at) => !taken.has(at))
    if (places.length === 0) continue
    for (const at of places) taken.add(at)
    found.push(...(byName.get(name) ?? []).map(({ userId }) => userId))
  }
  return found.slice(0, laterLimits.mentionsMax)
}

/** What mentions everybody, in every language. */
export const roomMention = "@room"

/** Unless somebody has that name. */
export function mentionsRoomIn(text: string, people: Iterable<Named>): boolean {
  return placesOf(roomMention, text).length > 0 && ![...people].some(({ username }) => `@${username}` === roomMention)
}

/** What a request says of it. */
export interface Mentions {
  readonly mentions?: string[] | undefined
  readonly mentionsRoom?: boolean | undefined
}

/**
 * What to say of a text. What an edit says nothing of stays as it was: so what it mentions no longer is taken back, but
 * for people whose names are not known here.
 */
export function mentionsAfter(text: string, people: readonly Named[], before: Mentions = {}): Mentions {
  const known = new Set(people.map(({ userId }) => userId))
  const kept = text.includes("@") ? (before.mentions ?? []).filter((userId) => !known.has(userId)) : []
  const mentions = [...new Set([...mentionsIn(text, people), ...kept])]
  const mentionsRoom = mentionsRoomIn(text, people)
  return {
    ...((before.mentions || mentions.length > 0) && { mentions }),
    ...((before.mentionsRoom || mentionsRoom) && { mentionsRoom }),
  }
}

/** Where it stands as a word of its own. */
function placesOf(name: string, text: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    const isAlone = !isWord(text[at - 1]) && !isWord(text[at + name.length])
    if (isAlone) places.push(at)
  }
  return places
}

const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_]/u.test(char)

/** What of `@name` stands before the caret. Names may hold spaces: so far they are looked for as they begin. */
export function mentionBefore(
  text: string,
  caret: number,
): { readonly name: string; readonly length: number } | undefined {
  const found = /(?:^|[^\p{L}\p{N}_])@([^\n@]{0,40})$/u.exec(text.slice(Math.max(0, caret - 42), caret))
  const name = found?.[1]
  return name === undefined ? undefined : { name, length: name.length + 1 }
}
