/** Emoji by their names: the table taken apart, and searched. */
export interface Emoji {
  readonly char: string
  /** As they are typed between colons; the first is the usual one. */
  readonly names: readonly string[]
  /** What else it is found by. */
  readonly words: readonly string[]
}

/** In Unicode's order; `groups` of the texts names them. */
type Group = readonly Emoji[]

export function groupsOf(table: string): Group[] {
  return table.split("\n").map((line) => line.split("\t").map(emojiOf))
}

function emojiOf(entry: string): Emoji {
  const [own = "", tags = ""] = entry.split("|")
  const [char = "", ...names] = own.split(" ")
  return { char, names, words: tags.split(" ").filter((word) => word !== "") }
}

/** Those of this name first, then those whose name begins so, whose word does, and who have it anywhere. */
export function search(groups: readonly Group[], query: string, max: number): Emoji[] {
  const wanted = query.trim().toLowerCase().replaceAll(/\s+/g, "_")
  const ranks: Emoji[][] = [[], [], [], []]
  for (const emoji of groups.flat()) ranks[rankOf(emoji, wanted)]?.push(emoji)
  return ranks.flat().slice(0, max)
}

function rankOf({ names, words }: Emoji, wanted: string): number {
  if (names.includes(wanted)) return 0
  if (names.some((name) => name.startsWith(wanted))) return 1
  if (words.some((word) => word.startsWith(wanted))) return 2
  return [...names, ...words].some((name) => name.includes(wanted)) ? 3 : Number.POSITIVE_INFINITY
}

export function named(groups: readonly Group[], name: string): Emoji | undefined {
  for (const group of groups) for (const emoji of group) if (emoji.names.includes(name)) return emoji
  return undefined
}
