/** All emoji, to be searched and looked through. The arrows go from one to the next, Enter and a click take one. */
import { useRef, useState } from "preact/hooks"
import { groups as allGroups, find } from "../emoji/data.ts"
import type { Emoji } from "../emoji/emoji.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { useSurroundings } from "./context.ts"
import { Dialog } from "./dialog.tsx"
import { takeTyped } from "./waiting.tsx"

const recentMax = 16
const foundMax = 64

interface EmojiPickerProps {
  readonly onClose: () => void
  /** Told once it is closed. */
  readonly onTaken: (char: string) => void
}

export function EmojiPicker({ onClose, onTaken }: EmojiPickerProps) {
  const { recentEmoji } = useSurroundings().preferences
  const t = laterTexts().emoji
  const [query, setQuery] = useState(takeTyped)
  const take = (char: string) => {
    recentEmoji.set([char, ...recentEmoji.value.filter((other) => other !== char)].slice(0, recentMax))
    onClose()
    onTaken(char)
  }
  const onSubmit = (event: Event) => {
    event.preventDefault()
    const first = query.trim() === "" ? undefined : find(query, 1)[0]
    if (first !== undefined) take(first.char)
  }
  return (
    <Dialog title={texts().emoji.title} onClose={onClose} kind="emoji">
      <form class="field" onSubmit={onSubmit}>
        <input
          type="search"
          placeholder={t.search}
          aria-label={t.search}
          autocomplete="off"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </form>
      <Found query={query} recent={recentEmoji.value} onTaken={take} />
    </Dialog>
  )
}

interface FoundProps {
  readonly query: string
  readonly recent: readonly string[]
  readonly onTaken: (char: string) => void
}

function Found({ query, recent, onTaken }: FoundProps) {
  const t = laterTexts().emoji
  const scroller = useRef<HTMLDivElement>(null)
  const found = query.trim() === "" ? undefined : find(query, foundMax)
  if (found?.length === 0) return <p role="status">{t.none}</p>
  const known = allGroups.flat()
  const latest = recent.flatMap((char) => known.find((emoji) => emoji.char === char) ?? [])
  const groups = found ? [found] : [latest, ...allGroups]
  const names = found ? [t.found] : [t.recent, ...t.groups]
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons in it have the focus
    <div class="emoji-groups" ref={scroller} onKeyDown={(event) => moveFocus(event, scroller.current)}>
      {groups.map((emoji, index) => (
        <EmojiGroup key={names[index]} name={names[index] ?? ""} emoji={emoji} onTaken={onTaken} />
      ))}
    </div>
  )
}

interface EmojiGroupProps {
  readonly name: string
  readonly emoji: readonly Emoji[]
  readonly onTaken: (char: string) => void
}

function EmojiGroup({ name, emoji, onTaken }: EmojiGroupProps) {
  if (emoji.length === 0) return null
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      <div class="emoji-grid">
        {emoji.map(({ char, names }, index) => {
          const label = names[0]?.replaceAll("_", " ")
          return (
            <button
              key={char}
              type="button"
              // One stop for each group on the way of the tabulator; the arrows do the rest.
              tabIndex={index === 0 ? 0 : -1}
              title={`:${names[0]}:`}
              aria-label={label}
              onClick={() => onTaken(char)}
            >
              {char}
            </button>
          )
        })}
      </div>
    </section>
  )
}

function moveFocus(event: KeyboardEvent, scroller: HTMLElement | null): void {
  const buttons = [...(scroller?.querySelectorAll("button") ?? [])]
  const next = neighbour(buttons, event.key)
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}

function neighbour(buttons: readonly HTMLElement[], key: string): HTMLElement | undefined {
  const at = buttons.findIndex((button) => button.matches(":focus"))
  const current = buttons[at]
  if (current === undefined) return undefined
  const forward = getComputedStyle(current).direction === "rtl" ? "ArrowLeft" : "ArrowRight"
  switch (key) {
    case "ArrowLeft":
    case "ArrowRight":
      return buttons[key === forward ? at + 1 : at - 1]
    case "ArrowDown":
      return nearest(current, buttons.slice(at + 1), 1)
    case "ArrowUp":
      return nearest(current, buttons.slice(0, at).reverse(), -1)
    default:
      return undefined
  }
}

/** In the next row of these, the one below or above. */
function nearest(from: HTMLElement, others: readonly HTMLElement[], step: 1 | -1): HTMLElement | undefined {
  const { top, left } = from.getBoundingClientRect()
  const boxes = others.map((element) => ({ element, box: element.getBoundingClientRect() }))
  const row = boxes.find(({ box }) => (box.top - top) * step > 1)?.box.top
  const inRow = boxes.filter(({ box }) => row !== undefined && Math.abs(box.top - row) <= 1)
  return inRow.sort((a, b) => Math.abs(a.box.left - left) - Math.abs(b.box.left - left))[0]?.element
}
