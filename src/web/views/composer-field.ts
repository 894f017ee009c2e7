/** The field for writing messages. It is found by its id, since the code that returns to it is loaded separately. */
export const composerId = "composer"

/** Undefined where one cannot write. */
export function composer(): HTMLTextAreaElement | undefined {
  const area = document.getElementById(composerId)
  return area instanceof HTMLTextAreaElement ? area : undefined
}

export function focusComposer(): void {
  composer()?.focus()
}
