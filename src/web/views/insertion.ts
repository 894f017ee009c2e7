/**
 * Inserts a text into a field as if it were typed, so the browser can undo it. Replaces the `before` characters before
 * the caret.
 */
export function insert(area: HTMLTextAreaElement, text: string, before = 0): void {
  area.focus()
  const { selectionStart: start, selectionEnd: end } = area
  area.setSelectionRange(start - before, end)
  if (document.execCommand("insertText", false, text)) return
  area.setRangeText(text, start - before, end, "end")
  area.dispatchEvent(new InputEvent("input", { bubbles: true }))
}
