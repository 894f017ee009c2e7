/** Ctrl+K, or ⌘K, finds rooms and people. It works before the other shortcuts are loaded. */
import type { Client } from "./core/client.ts"
import { letterOf } from "./letter-of.ts"
import { openOverlay, overlay } from "./views/overlay.ts"
import { takeTyped } from "./views/waiting.tsx"

export function followFindKey({ identity }: Client): void {
  addEventListener("keydown", (event) => {
    const { ctrlKey, metaKey, altKey, shiftKey } = event
    const isMeant = (ctrlKey || metaKey) && !altKey && !shiftKey && letterOf(event) === "k"
    if (!isMeant || identity.user.value === undefined) return
    event.preventDefault()
    toggle()
  })
}

/** Not over another dialog: that would be hidden, with whatever is half written in it. */
function toggle(): void {
  if (overlay.value?.kind === "find") {
    takeTyped()
    overlay.value = undefined
  } else if (!document.querySelector("dialog[open]")) openOverlay({ kind: "find" })
}
