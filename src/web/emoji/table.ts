/**
 * The table of emoji, made of two data packages when the page is built: which there are and in
 * which order (Unicode), and what they are called (GitHub's names, which most chats share).
 * One line for each group; in it, behind tabs, `emoji name name…`, and after a bar what else it is found by.
 */
import { gemoji } from "gemoji"
import groups from "unicode-emoji-json/data-by-group.json"

/** Later ones are not drawn yet by many systems. */
const versionMax = 16

export function emojiTable(): string {
  const known = new Map(gemoji.map((entry) => [entry.emoji, entry]))
  const entryOf = ({ emoji, slug }: { readonly emoji: string; readonly slug: string }) => {
    const { names = [], tags = [] } = known.get(emoji) ?? {}
    const own = new Set([...names, slug].map(asName))
    return `${[emoji, ...own].join(" ")}|${tags.map(asName).join(" ")}`
  }
  const lines = groups.map(({ emojis }) =>
    emojis.filter(({ emoji_version }) => Number(emoji_version) <= versionMax).map(entryOf),
  )
  return lines.map((entries) => entries.join("\t")).join("\n")
}

const asName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9+_-]+/g, "_")
