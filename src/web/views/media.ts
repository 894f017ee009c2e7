/** What the screen is like, as signals. */
import { type ReadonlySignal, signal } from "@preact/signals-core"

/** Room and list of rooms side by side. The same bound is in `styles/shell.css`. */
export const isWide = media("(min-width: 45rem)")
/** And the people beside the room. */
export const isSpacious = media("(min-width: 75rem)")
/** A mouse, or nothing that points: so the keyboard is likely to be a real one, and to focus a field covers nothing. */
export const hasKeyboard = media("(hover: hover) and (pointer: fine), (pointer: none)")

/** At once for who wants to see nothing move. */
export const scrolling = (): ScrollBehavior =>
  matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth"

function media(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query)
  const matches = signal(list.matches)
  list.addEventListener("change", () => {
    matches.value = list.matches
  })
  return matches
}
