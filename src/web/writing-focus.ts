/**
 * Text typed or pasted outside any field goes into the message, and the composer's buttons leave the focus in its
 * field.
 */
import { letterOf } from "./letter-of.ts"
import { composer, focusComposer } from "./views/composer-field.ts"
import { hasKeyboard } from "./views/media.ts"

export function followWriting(): void {
  addEventListener("keydown", (event) => {
    if (hasKeyboard.peek() && isText(event) && isFree(event)) focusComposer()
  })
  addEventListener("mousedown", (event) => {
    // Otherwise the on-screen keyboard would close with the focus, after each message.
    if (isAt(event.target, ".composer button") && document.activeElement === composer()) event.preventDefault()
  })
  addEventListener("submit", ({ target }) => {
    // Reached by keyboard: a button that has nothing more to send gives up the focus.
    if (hasKeyboard.peek() && isAt(target, ".composer")) focusComposer()
  })
}

/** A printable key, or one that pastes. Space scrolls, and presses buttons. */
function isText(event: KeyboardEvent): boolean {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  const isPaste = (ctrlKey || metaKey) && !altKey && !shiftKey && letterOf(event) === "v"
  const isPlain = !(ctrlKey || metaKey || altKey) || event.getModifierState("AltGraph")
  return isPaste || (isPlain && key !== " " && [...key].length === 1)
}

/** Nothing has handled it, and it is neither in a field nor among search hits. */
function isFree({ target, defaultPrevented }: KeyboardEvent): boolean {
  if (defaultPrevented || document.querySelector("dialog[open]") !== null) return false
  return !isAt(target, "input, textarea, select, [contenteditable], .search")
}

function isAt(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null
}
