/**
 * Which message one is about to do something with: the one under the mouse, or else the one that the keyboard is in.
 * A finger that stays on one asks what can be done.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"
import { useEffect, useMemo } from "preact/hooks"

const hovered = signal<string | undefined>(undefined)
const focused = signal<string | undefined>(undefined)

/** By the key of its row. */
export const acting: ReadonlySignal<string | undefined> = computed(() => hovered.value ?? focused.value)
export const withKeyboard: ReadonlySignal<string | undefined> = focused

const longPressMs = 450
/** A finger is never quite still. */
const stillPx = 10

type Told<E> = (event: E & { readonly currentTarget: HTMLElement }) => void

export interface ActingHandlers {
  readonly onPointerOver: Told<PointerEvent>
  readonly onPointerLeave: Told<PointerEvent>
  readonly onPointerDown: Told<PointerEvent>
  readonly onPointerMove: Told<PointerEvent>
  readonly onPointerUp: Told<PointerEvent>
  readonly onPointerCancel: Told<PointerEvent>
  readonly onContextMenu: Told<MouseEvent>
  readonly onKeyDown: Told<KeyboardEvent>
}

/** For what holds all rows. `onAsked` is told which message a long press, or Enter, is about. */
export function useActing(onAsked: (key: string) => void): ActingHandlers {
  const press = useMemo(() => new LongPress(), [])
  useEffect(followFocus, [])
  useEffect(() => () => press.end(), [])
  return {
    onPointerOver: ({ pointerType, target }) => {
      if (pointerType === "mouse") hovered.value = keyOf(target)
    },
    onPointerLeave: () => {
      hovered.value = undefined
    },
    onPointerDown: (event) => press.begin(event, onAsked),
    onPointerMove: (event) => press.move(event),
    onPointerUp: () => press.end(),
    onPointerCancel: () => press.end(),
    onContextMenu: (event) => press.wasLong && event.preventDefault(),
    onKeyDown: (event) => {
      const key = event.target instanceof Element && event.target.matches(".message") ? keyOf(event.target) : undefined
      if (key === undefined || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
      if (event.key === "Enter") onAsked(key)
      else if (event.key === "ArrowUp") focusBeside(event.currentTarget, key, -1)
      else if (event.key === "ArrowDown") focusBeside(event.currentTarget, key, 1)
      else if (event.key === "Escape") document.getElementById("composer")?.focus()
      else return
      event.preventDefault()
    },
  }
}

class LongPress {
  wasLong = false
  #timer = 0
  #from = { x: 0, y: 0 }

  begin({ pointerType, isPrimary, target, clientX, clientY }: PointerEvent, onLong: (key: string) => void): void {
    this.end()
    this.wasLong = false
    const key = keyOf(target)
    const isOwn = target instanceof Element && target.closest("a, button, textarea") !== null
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

/** The finger that asked is let go over what it asked for: that is no choice yet. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.stopImmediatePropagation()
    event.preventDefault()
  }
  document.addEventListener("click", swallow, { capture: true })
  const end = () => document.removeEventListener("click", swallow, { capture: true })
  document.addEventListener("pointerdown", end, { capture: true, once: true })
}

function followFocus(): () => void {
  const onFocus = ({ target }: FocusEvent) => {
    const isInDialog = target instanceof Element && target.closest("dialog") !== null
    // It comes back from there.
    if (isInDialog) return
    focused.value = target instanceof Element && target.matches(":focus-visible") ? keyOf(target) : undefined
  }
  const onBlur = ({ relatedTarget }: FocusEvent) => {
    const isAway = relatedTarget !== null || !document.hasFocus() || document.querySelector("dialog[open]") !== null
    if (!isAway) focused.value = undefined
  }
  document.addEventListener("focusin", onFocus)
  document.addEventListener("focusout", onBlur)
  return () => {
    document.removeEventListener("focusin", onFocus)
    document.removeEventListener("focusout", onBlur)
    hovered.value = focused.value = undefined
  }
}

function keyOf(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>("[data-key]")?.dataset["key"] : undefined
}

function focusBeside(list: HTMLElement, key: string, step: 1 | -1): void {
  const rows = [...list.querySelectorAll<HTMLElement>("[data-key]")]
  const beside = rows[rows.findIndex((row) => row.dataset["key"] === key) + step]
  focusMessage(beside)
}

/** Only one is on the way of the tabulator, so that a long list is one stop. */
function focusMessage(row: Element | null | undefined): boolean {
  const message = row?.querySelector<HTMLElement>(".message")
  if (!message) return false
  message.tabIndex = -1
  message.focus()
  return true
}

/** Where one goes on after something was done with a message: to it if it is there and one came from it. */
export function focusAfter(key: string | undefined): void {
  const row = key === undefined ? null : document.querySelector(`[data-key="${CSS.escape(key)}"]`)
  if (!focusMessage(row)) document.getElementById("composer")?.focus()
}
