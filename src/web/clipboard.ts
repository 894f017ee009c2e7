/** Copies a text. Browsers offer `navigator.clipboard` on pages with TLS only; the old way still works on a home network. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard === undefined) return copyByCommand(text)
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyByCommand(text)
  }
}

/**
 * The command says that it copied even where it copied nothing: below a dialog nothing can be selected. So what is
 * copied is said when it asks, which also tells whether it did; some browsers ask only if something is selected.
 */
function copyByCommand(text: string): boolean {
  let isCopied = false
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text)
    event.preventDefault()
    event.stopImmediatePropagation()
    isCopied = event.clipboardData !== null
  }
  const area = document.createElement("textarea")
  area.value = text
  area.className = "unseen"
  const before = document.activeElement
  ;(before?.closest("dialog") ?? document.body).append(area)
  area.select()
  document.addEventListener("copy", onCopy, { capture: true })
  document.execCommand("copy")
  document.removeEventListener("copy", onCopy, { capture: true })
  area.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  return isCopied
}
