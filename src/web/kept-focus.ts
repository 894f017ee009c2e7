/**
 * When the focused element is removed, such as a button that is done with, the focus moves to its neighbourhood, and
 * not to the top of the page.
 */
import { composer } from "./views/composer-field.ts"
import { hasKeyboard } from "./views/media.ts"

const stops = "a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex='0']"

export function keepFocus(): void {
  /** The last focused element, and its ancestors, from the inside. */
  let around: readonly HTMLElement[] = []
  addEventListener("focusin", ({ target }) => {
    around = [...withParents(target)]
  })
  const look = () => {
    const [had] = around
    if (had === undefined || had.isConnected || document.activeElement !== document.body || !hasKeyboard.peek()) return
    const left = around.find((element) => element.isConnected && stopIn(element) !== undefined)
    around = []
    // All of its ancestors are gone too, as with a dialog that nothing had opened.
    const next = left ? stopIn(left) : composer()
    next?.focus({ preventScroll: true })
  }
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true })
}

function* withParents(target: EventTarget | null): Generator<HTMLElement> {
  for (let at = target; at instanceof HTMLElement && at !== document.body; at = at.parentElement) yield at
}

function stopIn(element: HTMLElement): HTMLElement | undefined {
  return element.matches(stops) ? element : (element.querySelector<HTMLElement>(stops) ?? undefined)
}
