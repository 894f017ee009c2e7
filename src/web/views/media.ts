/** Properties of the screen, as signals. */
import { type ReadonlySignal, signal } from "@preact/signals-core"

/** Room and list of rooms side by side. The same bound is in `styles/shell.css`. */
export const isWide = media("(min-width: 45rem)")
/** And the people beside the room. */
export const isSpacious = media("(min-width: 75rem)")
/** A mouse, or no pointer: then there probably is a real keyboard, and focusing a field covers nothing. */
export const hasKeyboard = media("(hover: hover) and (pointer: fine), (pointer: none)")

/** Instant for people who prefer reduced motion. */
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
