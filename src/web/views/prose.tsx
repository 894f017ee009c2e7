/**
 * The text of a message. Most are a plain sentence and stand there at once; what knows all the rest is loaded beside
 * the connection, and until then marks are seen as they were typed.
 */
import { isFewEmoji, isPlain } from "../markdown/plain.ts"
import { lazily } from "./lazily.tsx"

const lazyRich = lazily(async () => (await import("./rich-prose.tsx")).RichProse)

/** So that it is there when the first messages come. */
void lazyRich.load()

export function Prose({ text }: { readonly text: string }) {
  const asTyped = (
    <div class={`prose ${isFewEmoji(text) ? "emoji" : ""}`} dir="auto">
      <p dir="auto">{text}</p>
    </div>
  )
  return isPlain(text) ? asTyped : <lazyRich.View text={text} waiting={asTyped} />
}
