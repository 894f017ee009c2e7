/** What makes a `<dialog>` one that lies over all else while it is drawn, begins where one writes, and gives the focus back. */
import { useLayoutEffect, useRef } from "preact/hooks"
import { focusComposer } from "./composer-field.ts"
import { hasKeyboard } from "./media.ts"

const firstField = "textarea, input:not([type=radio], [type=checkbox], [type=file], [readonly]), .quick button"

/** For the element itself. `onClose` is told that somebody closed it, as with Escape. */
export function useModal(onClose: () => void) {
  const ref = useRef<HTMLDialogElement>(null)
  // The browser tells of a dialog that is closed a little later, when another may stand in its place.
  const isGone = useRef(false)
  const close = () => {
    if (isGone.current) return
    isGone.current = true
    onClose()
  }
  useLayoutEffect(() => {
    const dialog = ref.current
    const caret = keepCaret()
    dialog?.showModal()
    const first =
      dialog?.querySelector<HTMLElement>("button[aria-current]") ?? dialog?.querySelector<HTMLElement>(firstField)
    first?.focus()
    return () => {
      isGone.current = true
      dialog?.close()
      caret.abort()
      // Who had it may be gone, or never was there, as after the first dialog of a new team.
      if (document.activeElement === document.body && hasKeyboard.peek()) focusComposer()
    }
  }, [])
  // Escape is told at once: who presses Ctrl+K right after it opens the next dialog, and does not close this one again.
  const onCancel = (event: Event) => event.target === event.currentTarget && close()
  return { ref, onClose: close, onCancel }
}

/** Chromium gives the focus back without the caret, and what is typed then goes nowhere: it is put where it was. */
function keepCaret(): AbortController {
  const end = new AbortController()
  const field = document.activeElement
  if (field instanceof HTMLTextAreaElement) {
    const { selectionStart, selectionEnd } = field
    field.addEventListener("focus", () => field.setSelectionRange(selectionStart, selectionEnd), end)
  }
  return end
}
