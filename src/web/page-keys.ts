/** Page Up and Page Down in the composer scroll the messages. A long draft keeps the keys for itself. */
import { composer } from "./views/composer-field.ts"
import { scrolling } from "./views/media.ts"

export function followPageKeys(): void {
  addEventListener("keydown", (event) => {
    const { target, key } = event
    const area = composer()
    const direction = key === "PageUp" ? -1 : key === "PageDown" ? 1 : undefined
    const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey)
    if (area === undefined || target !== area || direction === undefined || !isPlain) return
    if (area.scrollHeight > area.clientHeight + 1) return
    event.preventDefault()
    const list = document.querySelector(".messages .scroller")
    list?.scrollBy({ top: direction * list.clientHeight * 0.875, behavior: scrolling() })
  })
}
