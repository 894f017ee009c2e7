/**
 * The emoji whose name is being typed between colons: chosen with the arrows and Enter or Tab, or with a click.
 * Loaded with all emoji when there is a first colon; so it listens to the field by itself, before the field does.
 */
import { useEffect, useRef, useState } from "preact/hooks"
import { type Typed, typedBefore } from "../emoji/completion.ts"
import { byName, find } from "../emoji/data.ts"
import type { Emoji } from "../emoji/emoji.ts"
import { texts } from "../texts/texts.ts"
import { insert } from "./insertion.ts"

const shownMax = 8
const id = "emoji-completion"

export function Completion({ area }: { readonly area: HTMLTextAreaElement }) {
  const [typed, setTyped] = useState<Typed>()
  const [chosen, setChosen] = useState(0)
  const found = typed === undefined ? [] : find(typed.name, shownMax)
  const choose = (emoji: Emoji) => {
    setTyped(undefined)
    insert(area, emoji.char, typed?.length)
  }
  const take = (event: KeyboardEvent): boolean => {
    const emoji = found[chosen]
    if (emoji === undefined || event.isComposing) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setChosen((chosen + step + found.length) % found.length)
    else if (event.key === "Escape") setTyped(undefined)
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) choose(emoji)
    else return false
    return true
  }
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    setChosen(0)
  }, [typed?.name])
  useEffect(() => listen(area, setTyped, (event) => latest.current(event)), [area])
  useEffect(() => describe(area, found.length > 0 ? chosen : undefined))
  if (found.length === 0) return null
  return (
    <div class="completion" role="listbox" id={id} aria-label={texts().emoji.title}>
      {found.map((emoji, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the field's, which keeps the focus
        // biome-ignore lint/a11y/useFocusableInteractive: as above
        <div
          key={emoji.char}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(emoji)}
        >
          <span aria-hidden="true">{emoji.char}</span> :{emoji.names[0]}:
        </div>
      ))}
    </div>
  )
}

function listen(area: HTMLTextAreaElement, tell: (typed?: Typed) => void, take: (event: KeyboardEvent) => boolean) {
  const follow = () => {
    const typed = area.selectionStart === area.selectionEnd ? typedBefore(area.value, area.selectionStart) : undefined
    const whole = typed?.isWhole ? byName(typed.name) : undefined
    tell(typed?.isWhole ? undefined : typed)
    if (whole !== undefined) insert(area, whole.char, typed?.length)
  }
  const onKey = (event: KeyboardEvent) => {
    if (/^(?:ArrowLeft|ArrowRight|Home|End)$/.test(event.key)) tell(undefined)
    if (!take(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  const close = () => tell(undefined)
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

/** Which of them the field stands for, for who cannot see it. */
function describe(area: HTMLTextAreaElement, chosen: number | undefined): void {
  area.setAttribute("aria-autocomplete", "list")
  for (const [name, value] of [
    ["aria-controls", id],
    ["aria-activedescendant", `${id}-${chosen}`],
  ] as const) {
    if (chosen === undefined) area.removeAttribute(name)
    else area.setAttribute(name, value)
  }
}
