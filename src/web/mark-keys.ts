/** Ctrl+B and Ctrl+I in a message being written or edited: add marks around the selection, or remove them. */
import { letterOf } from "./letter-of.ts"
import { insert } from "./views/insertion.ts"

const marks: Readonly<Record<string, string>> = { b: "**", i: "*" }

export function followMarkKeys(): void {
  addEventListener("keydown", (event) => {
    const { target, ctrlKey, metaKey, altKey, shiftKey, isComposing } = event
    const mark = (ctrlKey || metaKey) && !altKey && !shiftKey && !isComposing ? marks[letterOf(event)] : undefined
    if (
      mark === undefined ||
      !(target instanceof HTMLTextAreaElement) ||
      !target.matches(".composer textarea, .edit-box textarea")
    )
      return
    event.preventDefault()
    toggle(target, mark)
  })
}

function toggle(area: HTMLTextAreaElement, mark: string): void {
  const { value, selectionStart: from, selectionEnd: to } = area
  const text = value.slice(from, to)
  const isMarked = has(mark, /\**$/.exec(value.slice(0, from))) && has(mark, /^\**/.exec(value.slice(to)))
  const start = isMarked ? from - mark.length : from + mark.length
  if (isMarked) area.setSelectionRange(start, to + mark.length)
  insert(area, isMarked ? text : `${mark}${text}${mark}`)
  area.setSelectionRange(start, start + text.length)
}

/** One star is italics, two are bold, three are both. */
function has(mark: string, stars: RegExpExecArray | null): boolean {
  const count = stars?.[0].length ?? 0
  return mark.length === 1 ? count % 2 === 1 : count >= 2
}
