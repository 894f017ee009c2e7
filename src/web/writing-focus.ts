/** What is typed or pasted where nothing else takes it goes into the message, and the composer's buttons leave the focus in its field. */
import { composer, focusComposer } from "./views/composer-field.ts"
import { hasKeyboard } from "./views/media.ts"

export function followWriting(): void {
  addEventListener("keydown", (event) => {
    if (hasKeyboard.peek() && isText(event) && isFree(event)) focusComposer()
  })
  addEventListener("mousedown", (event) => {
    // A finger's keyboard would go with the focus, after each message.
    if (isAt(event.target, ".composer button") && document.activeElement === composer()) event.preventDefault()
  })
  addEventListener("submit", ({ target }) => {
    // By the keyboard: a button that has nothing more to send lets go of it.
    if (hasKeyboard.peek() && isAt(target, ".composer")) focusComposer()
  })
}

/** A letter or a sign, or what pastes. Space scrolls, and presses buttons. */
function isText(event: KeyboardEvent): boolean {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  const isPaste = (ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "v"
  const isPlain = !(ctrlKey || metaKey || altKey) || event.getModifierState("AltGraph")
  return isPaste || (isPlain && key !== " " && [...key].length === 1)
}

/** Nobody made something of it, and it is not in a field, nor where one goes on in a search. */
function isFree({ target, defaultPrevented }: KeyboardEvent): boolean {
  if (defaultPrevented || document.querySelector("dialog[open]") !== null) return false
  return !isAt(target, "input, textarea, select, [contenteditable], .search")
}

function isAt(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null
}
