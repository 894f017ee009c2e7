/** Emoji offered without a search: recently used ones, and the most popular. */
import type { Preferences } from "../core/preferences.ts"

const usual = ["👍", "❤️", "😂", "🎉", "😮", "🙏"]

export function quickEmoji({ recentEmoji }: Preferences, count: number): readonly string[] {
  return [...new Set([...recentEmoji.value, ...usual])].slice(0, count)
}
