/** Emoji by the names that other chats write, and out of what people type. */
import { gemoji } from "gemoji"

const byName = new Map(gemoji.flatMap(({ emoji, names }) => names.map((name) => [name, emoji] as const)))
const single = /^\p{RGI_Emoji}$/v

/** `+1`, `wave::skin-tone-2`; none for what a workspace has made itself. */
export function emojiNamed(name: string): string | undefined {
  return byName.get(name.split("::")[0] ?? "")
}

/** The text as one emoji, if it is one; some are written without the selector that makes them one. */
export function emojiIn(text: string): string | undefined {
  const trimmed = text.trim()
  return [trimmed, `${trimmed}\ufe0f`].find((candidate) => single.test(candidate))
}
