/** Distinguishes people with similar names by a part of their ids. */
import { searchable } from "../../contract/searchable.ts"
import type { Member } from "./wire.ts"

type Named = Pick<Member, "userId" | "username">

/** A shorter part might be a coincidence. */
const lengthMin = 4
/** Only the end of a longer part is shown; a short id is shown whole. */
const lengthMax = 12

/** For everybody whose name is not unique: a part of the id that no other of that name has. */
export function namesakesOf(people: readonly Named[]): ReadonlyMap<string, string> {
  const idsByName = Map.groupBy(new Map(people.map((one) => [one.userId, one.username])), ([, name]) =>
    searchable(name),
  )
  const groups = [...idsByName.values()].filter(({ length }) => length > 1)
  return new Map(groups.flatMap((group) => partsOf(group.map(([id]) => id))))
}

function partsOf(ids: readonly string[]): [string, string][] {
  const sorted = ids.toSorted()
  const shared = sorted.slice(1).map((id, index) => sharedLength(id, sorted[index] ?? ""))
  const length = Math.max(lengthMin, ...shared.map((most) => most + 1))
  return ids.map((id) => {
    const letters = [...id]
    // Perhaps a person chose it.
    if (letters.length <= lengthMax) return [id, id]
    const part = letters.slice(0, length)
    return [id, length > lengthMax ? `…${part.slice(-lengthMax).join("")}` : part.join("")]
  })
}

/** With how many characters both begin: one that comes behind another differs from it, or goes on. */
function sharedLength(one: string, before: string): number {
  const letters = [...before]
  return [...one].findIndex((letter, index) => letter !== letters[index])
}
