/** The field that messages are written in. It is known by its id: what leads back to it is loaded apart from it. */
export const composerId = "composer"

/** None where one cannot write. */
export function composer(): HTMLTextAreaElement | undefined {
  const area = document.getElementById(composerId)
  return area instanceof HTMLTextAreaElement ? area : undefined
}

export function focusComposer(): void {
  composer()?.focus()
}
