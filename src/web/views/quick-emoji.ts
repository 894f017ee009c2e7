/** The emoji that are offered without searching: what one used last, and what most people would. */
import type { Preferences } from "../core/preferences.ts"

const usual = ["👍", "❤️", "😂", "🎉", "😮", "🙏"]

export function quickEmoji({ recentEmoji }: Preferences, count: number): readonly string[] {
  return [...new Set([...recentEmoji.value, ...usual])].slice(0, count)
}
