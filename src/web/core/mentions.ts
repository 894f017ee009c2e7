/**
 * Whom a text mentions: people whose names follow an @, or the whole room. The server gets their ids, since names
 * change.
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

/** The word that mentions everybody, in every language. */
export const roomMention = "@room"

/** Unless it is somebody's name. */
export function mentionsRoomIn(text: string, people: Iterable<Named>): boolean {
  return placesOf(roomMention, text).length > 0 && ![...people].some(({ username }) => `@${username}` === roomMention)
}

/** The mentions of a request. */
export interface Mentions {
  readonly mentions?: string[] | undefined
  readonly mentionsRoom?: boolean | undefined
}

/**
 * The mentions to send with a text. What an edit leaves out stays as it was, so removed mentions are taken back, except
 * those of people whose names are unknown here.
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

/** Where it is a word of its own. */
function placesOf(name: string, text: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    const isAlone = !isWord(text[at - 1]) && !isWord(text[at + name.length])
    if (isAlone) places.push(at)
  }
  return places
}

const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_]/u.test(char)

/** The part of `@name` before the caret. Names may contain spaces, so it is matched with the beginnings of names. */
export function mentionBefore(
  text: string,
  caret: number,
): { readonly name: string; readonly length: number } | undefined {
  const found = /(?:^|[^\p{L}\p{N}_])@([^\n@]{0,40})$/u.exec(text.slice(Math.max(0, caret - 42), caret))
  const name = found?.[1]
  return name === undefined ? undefined : { name, length: name.length + 1 }
}
