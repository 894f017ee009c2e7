/** Makes a `<dialog>` modal while it is drawn, focuses its first field, and returns the focus. */
import { useLayoutEffect, useRef } from "preact/hooks"
import { focusComposer } from "./composer-field.ts"
import { hasKeyboard } from "./media.ts"

const firstField = "textarea, input:not([type=radio], [type=checkbox], [type=file], [readonly]), .quick button"

/** The `ref` of the element. `onClose` is called when somebody closed it, as with Escape. */
export function useModal(onClose: () => void) {
  const ref = useRef<HTMLDialogElement>(null)
  // The browser reports a closed dialog a little later, when another may be in its place.
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
      // The element that had it may be gone, or never existed, as after the first dialog of a new team.
      if (document.activeElement === document.body && hasKeyboard.peek()) focusComposer()
    }
  }, [])
  // Escape is reported at once: Ctrl+K right after it opens the next dialog, and must not close this one again.
  const onCancel = (event: Event) => event.target === event.currentTarget && close()
  return { ref, onClose: close, onCancel }
}

/** Chromium returns the focus without the caret, so typed text goes nowhere: the caret is put back. */
function keepCaret(): AbortController {
  const end = new AbortController()
  const field = document.activeElement
  if (field instanceof HTMLTextAreaElement) {
    const { selectionStart, selectionEnd } = field
    field.addEventListener("focus", () => field.setSelectionRange(selectionStart, selectionEnd), end)
  }
  return end
}
