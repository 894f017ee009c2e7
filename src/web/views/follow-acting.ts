/**
 * Follows the mouse, the keyboard and touches over the messages in this element. A long press, or Enter, opens the
 * actions. Returns how to stop.
 */
import { hovered, withKeyboard } from "./acting.ts"
import { focusComposer } from "./composer-field.ts"
import { hasKeyboard } from "./media.ts"

const longPressMs = 450
/** A finger is never quite still. */
const stillPx = 10

/** `onAsked` is called with the message, `onAuthor` with one whose author's name or picture was clicked. */
export function followActing(
  list: HTMLElement,
  onAsked: (key: string) => void,
  onAuthor: (key: string) => void,
): () => void {
  const end = new AbortController()
  const press = new LongPress()
  const on = <K extends keyof HTMLElementEventMap>(name: K, tell: (event: HTMLElementEventMap[K]) => void) =>
    list.addEventListener(name, tell, end)
  on("pointerover", ({ pointerType, target, buttons }) => {
    // Who selects a text over several messages is in the way of nothing.
    if (pointerType === "mouse" && buttons === 0) hovered.value = keyOf(target)
  })
  on("pointerleave", () => {
    hovered.value = undefined
  })
  on("pointerdown", (event) => press.begin(event, onAsked))
  on("pointermove", (event) => press.move(event))
  on("pointerup", () => press.end())
  on("pointercancel", () => press.end())
  on("contextmenu", (event) => press.wasLong && event.preventDefault())
  on("click", ({ target }) => {
    const isAuthor = target instanceof Element && target.closest(".message > .avatar, .author") !== null
    const key = isAuthor ? keyOf(target) : undefined
    // For fingers, the keyboard and screen readers it is among the actions.
    if (key !== undefined && hasKeyboard.peek()) onAuthor(key)
  })
  on("keydown", (event) => onKey(event, list, onAsked))
  // The mouse may have been over one before this was loaded.
  if (hasKeyboard.peek()) hovered.value = keyOf(list.querySelector("[data-key]:hover"))
  document.addEventListener("focusin", onFocus, end)
  document.addEventListener("focusout", onBlur, end)
  return () => {
    end.abort()
    press.end()
    hovered.value = withKeyboard.value = undefined
  }
}

function onKey(event: KeyboardEvent, list: HTMLElement, onAsked: (key: string) => void): void {
  const key = event.target instanceof Element && event.target.matches(".message") ? keyOf(event.target) : undefined
  if (key === undefined || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
  if (event.key === "Enter") onAsked(key)
  else if (event.key === "ArrowUp") focusBeside(list, key, -1)
  else if (event.key === "ArrowDown") focusBeside(list, key, 1)
  else if (event.key === "Escape") focusComposer()
  else return
  event.preventDefault()
}

class LongPress {
  wasLong = false
  #timer = 0
  #from = { x: 0, y: 0 }

  begin({ pointerType, isPrimary, target, clientX, clientY }: PointerEvent, onLong: (key: string) => void): void {
    this.end()
    this.wasLong = false
    const key = keyOf(target)
    // A long press on a reaction works too: the actions show who reacted. The quoted message and the time belong to the
    // message.
    const own = "a:not(.quote, .moment), button:not(.reactions button), textarea"
    const isOwn = target instanceof Element && target.closest(own) !== null
    if (pointerType !== "touch" || !isPrimary || key === undefined || isOwn) return
    this.#from = { x: clientX, y: clientY }
    this.#timer = window.setTimeout(() => {
      this.wasLong = true
      swallowClick()
      onLong(key)
    }, longPressMs)
  }

  move({ clientX, clientY }: PointerEvent): void {
    if (Math.hypot(clientX - this.#from.x, clientY - this.#from.y) > stillPx) this.end()
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

/** The finger is lifted over the opened actions: that is no choice yet. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.stopImmediatePropagation()
    event.preventDefault()
  }
  document.addEventListener("click", swallow, { capture: true })
  const end = () => document.removeEventListener("click", swallow, { capture: true })
  document.addEventListener("pointerdown", end, { capture: true, once: true })
}

function onFocus({ target }: FocusEvent): void {
  // The focus returns from a dialog.
  if (!(target instanceof Element) || target.closest("dialog") !== null) return
  withKeyboard.value = target.matches(":focus-visible") ? keyOf(target) : undefined
}

function onBlur({ relatedTarget }: FocusEvent): void {
  const isAway = relatedTarget !== null || !document.hasFocus() || document.querySelector("dialog[open]") !== null
  if (!isAway) withKeyboard.value = undefined
}

function keyOf(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>("[data-key]")?.dataset["key"] : undefined
}

function focusBeside(list: HTMLElement, key: string, step: 1 | -1): void {
  const rows = [...list.querySelectorAll<HTMLElement>("[data-key]")]
  const beside = rows[rows.findIndex((row) => row.dataset["key"] === key) + step]
  focusMessage(beside)
}

/** Only one message can be reached by Tab, so a long list is one stop. */
function focusMessage(row: Element | null | undefined): boolean {
  const message = row?.querySelector<HTMLElement>(".message")
  if (!message) return false
  message.tabIndex = -1
  message.focus()
  return true
}

/** Where the focus goes after an action: to the message, if it exists and the action came from it. */
export function focusAfter(key: string | undefined): void {
  const row = key === undefined ? null : document.querySelector(`[data-key="${CSS.escape(key)}"]`)
  if (!focusMessage(row)) focusComposer()
}
