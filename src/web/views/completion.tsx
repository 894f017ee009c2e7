/**
 * Completions of the word before the caret: chosen with the arrows and Enter or Tab, or by a click. They are loaded
 * later than the field, so this listens to the field itself, before the field does.
 */
import type { ComponentChildren } from "preact"
import { useEffect, useId, useRef, useState } from "preact/hooks"
import { insert } from "./insertion.ts"

interface Typed {
  /** What is looked for. */
  readonly name: string
  /** The number of characters from its beginning to the caret. */
  readonly length: number
}

export interface Suggestion {
  readonly key: string
  /** The text that replaces it. */
  readonly text: string
  readonly view: ComponentChildren
}

interface CompletionProps {
  readonly area: HTMLTextAreaElement
  readonly label: string
  readonly typedBefore: (text: string, caret: number) => Typed | undefined
  readonly find: (name: string) => readonly Suggestion[]
  /** A text that replaces it without being chosen. */
  readonly whole?: (typed: Typed) => string | undefined
}

export function Completion({ area, label, typedBefore, find, whole }: CompletionProps) {
  // Two may exist: in the composer and in an edited message.
  const id = useId()
  const [typed, setTyped] = useState<Typed>()
  const [chosen, setChosen] = useState(0)
  const found = typed === undefined ? [] : find(typed.name)
  // Both at once: an arrow key may come before the last character is drawn.
  const look = (next: Typed | undefined) => {
    setTyped(next)
    if (next?.name !== typed?.name) setChosen(0)
  }
  const choose = ({ text }: Suggestion) => {
    look(undefined)
    insert(area, text, typed?.length)
  }
  const take = (event: KeyboardEvent): boolean => {
    const suggestion = found[chosen]
    if (suggestion === undefined || event.isComposing) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setChosen((chosen + step + found.length) % found.length)
    else if (event.key === "Escape") look(undefined)
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) choose(suggestion)
    else return false
    return true
  }
  const follow = () => {
    const isCaret = area.selectionStart === area.selectionEnd
    const before = isCaret ? typedBefore(area.value, area.selectionStart) : undefined
    const text = before && whole?.(before)
    look(text === undefined ? before : undefined)
    if (text !== undefined) insert(area, text, before?.length)
  }
  const latest = useRef({ take, follow, close: () => look(undefined) })
  latest.current = { take, follow, close: () => look(undefined) }
  useEffect(() => listen(area, () => latest.current), [area])
  useEffect(() => describe(area, id, found.length > 0 ? chosen : undefined))
  useEffect(() => () => describe(area, id, undefined), [area])
  if (found.length === 0) return null
  return (
    <div class="completion" role="listbox" id={id} aria-label={label}>
      {found.map((suggestion, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the field's, which keeps the focus
        // biome-ignore lint/a11y/useFocusableInteractive: as above
        <div
          key={suggestion.key}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(suggestion)}
        >
          {suggestion.view}
        </div>
      ))}
    </div>
  )
}

interface Listener {
  readonly take: (event: KeyboardEvent) => boolean
  readonly follow: () => void
  readonly close: () => void
}

function listen(area: HTMLTextAreaElement, current: () => Listener) {
  const follow = () => current().follow()
  const onKey = (event: KeyboardEvent) => {
    if (/^(?:ArrowLeft|ArrowRight|Home|End)$/.test(event.key)) current().close()
    if (!current().take(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  const close = () => current().close()
  area.addEventListener("input", follow)
  area.addEventListener("keydown", onKey, { capture: true })
  area.addEventListener("blur", close)
  follow()
  return () => {
    area.removeEventListener("input", follow)
    area.removeEventListener("keydown", onKey, { capture: true })
    area.removeEventListener("blur", close)
  }
}

/** Tells screen readers which of them is selected. Other lists of the field are left alone. */
function describe(area: HTMLTextAreaElement, id: string, chosen: number | undefined): void {
  area.setAttribute("aria-autocomplete", "list")
  if (chosen === undefined && area.getAttribute("aria-controls") !== id) return
  for (const [name, value] of [
    ["aria-controls", id],
    ["aria-activedescendant", `${id}-${chosen}`],
  ] as const) {
    if (chosen === undefined) area.removeAttribute(name)
    else area.setAttribute(name, value)
  }
}
