/**
 * A search for messages: in one room or all of one's own, by anybody or one person, the newest first. If there is space
 * it stays beside the room; otherwise it covers the room, is hidden while a hit is shown, and returns when one comes
 * back.
 */
import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks"
import { isRecord } from "../core/kept.ts"
import { isSpot, type Spot } from "../core/place.ts"
import { type Hit, Searching, type Wanted } from "../core/searching.ts"
import { address, go, pathOf, roomOfPath } from "../navigation.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { focusComposer } from "./composer-field.ts"
import { useClient } from "./context.ts"
import { Dialog } from "./dialog.tsx"
import { BackIcon, CloseIcon } from "./icons.tsx"
import { hasKeyboard, isSpacious } from "./media.ts"
import { search } from "./overlay.ts"
import { SearchHits } from "./search-hits.tsx"
import { SearchWords } from "./search-words.tsx"
import { goThrough, stopsAt } from "./through.ts"

/** From the field to the hits. */
const stops = ".search > .field:first-child input, .hits-scroll button"

export function Search({ wanted }: { readonly wanted: Wanted }) {
  const client = useClient()
  const searching = useMemo(() => new Searching(client), [])
  /** The path of the hit that is shown. */
  const hitPath = useSignal<string | undefined>(undefined)
  const isAside = useSignal(false)
  const narrowedPath = useNarrowing(isAside)
  useLayoutEffect(() => {
    searching.begin(wanted)
    isAside.value = false
  }, [wanted])
  useEffect(() => () => searching.end(), [])
  useComingBack(() => {
    isAside.value = false
  })
  const show = (hit: Hit) => {
    hitPath.value = goToHit(hit, hitPath.peek(), client.open.peek()?.place.spot)
  }
  const open = (hit: Hit) => {
    searching.opened(hit)
    if (isSpacious.peek()) return show(hit)
    // A panel over the room returns the focus before another room takes it.
    isAside.value = true
    requestAnimationFrame(() => show(hit))
  }
  const content = (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of what is in it
    <div class="search" onKeyDown={(event) => goThrough(event, stopsAt(stops))}>
      <SearchWords searching={searching} />
      <SearchHits searching={searching} onOpen={open} />
    </div>
  )
  if (isSpacious.value) return <Panel wanted={wanted}>{content}</Panel>
  if (!isAside.value) return <Over>{content}</Over>
  return [hitPath.value, narrowedPath.value].includes(address.value) ? (
    <WayBack onBack={() => (isAside.value = false)} />
  ) : null
}

/** In a window that becomes narrow, it does not cover a dialog that was opened later. Returns where one was then. */
function useNarrowing(isAside: Signal<boolean>): ReadonlySignal<string | undefined> {
  const path = useSignal<string | undefined>(undefined)
  useEffect(() => {
    let wasBeside = false
    // At once: after the next frame it would cover that dialog.
    return isSpacious.subscribe((isBeside) => {
      if (wasBeside && !isBeside && document.querySelector("dialog[open]") !== null) {
        isAside.value = true
        path.value = address.peek()
      }
      wasBeside = isBeside
    })
  }, [])
  return path
}

function close(): void {
  search.value = undefined
}

function Panel({ wanted, children }: { readonly wanted: Wanted; readonly children: ComponentChildren }) {
  const panel = useRef<HTMLElement>(null)
  const leave = () => {
    close()
    if (hasKeyboard.peek()) focusComposer()
  }
  useLayoutEffect(() => {
    const words = panel.current?.querySelector("input")
    words?.focus()
    words?.select()
  }, [wanted])
  return (
    <aside
      class="panel search-panel"
      ref={panel}
      aria-label={laterTexts().search.title}
      onKeyDown={(event) => event.key === "Escape" && !event.isComposing && leave()}
    >
      <header>
        <h2>{laterTexts().search.title}</h2>
        <button type="button" class="icon-button" aria-label={texts().shared.close} onClick={leave}>
          <CloseIcon />
        </button>
      </header>
      {children}
    </aside>
  )
}

function Over({ children }: { readonly children: ComponentChildren }) {
  return (
    <Dialog title={laterTexts().search.title} onClose={close} kind="side">
      {children}
    </Dialog>
  )
}

/** Shown over the current room, until one goes elsewhere. */
function WayBack({ onBack }: { readonly onBack: () => void }) {
  const t = laterTexts().search
  return (
    <p class="to-hits">
      <button type="button" onClick={onBack}>
        <BackIcon />
        {t.back}
      </button>
      <button type="button" class="icon-button" aria-label={t.end} onClick={close}>
        <CloseIcon />
      </button>
    </p>
  )
}

/** One history step for all hits: Back returns to the place where the search started. Returns the path of the hit. */
function goToHit({ message: { roomId, seq } }: Hit, before: string | undefined, spot: Spot | undefined): string {
  const at = pathOf(roomId, seq)
  // The same hit again needs another address, or nothing would move.
  const path = address.peek() === at ? `${at}/` : at
  const isAtHit = address.peek() === before
  if (!isAtHit) history.replaceState({ ...stateOfStep(), searchedAt: spot ?? null }, "")
  go(path, { replace: isAtHit })
  return path
}

/** Called when somebody comes back to where they searched. */
function useComingBack(onBack: () => void): void {
  const client = useClient()
  useEffect(() => {
    const look = () => {
      const { searchedAt } = stateOfStep()
      if (searchedAt === undefined) return
      const room = client.find(roomOfPath(location.pathname))
      if (searchedAt === null || isSpot(searchedAt)) room?.place.move(searchedAt ?? undefined)
      onBack()
    }
    // Before the address changes: the view of the room begins at this place.
    addEventListener("popstate", look, { capture: true })
    return () => removeEventListener("popstate", look, { capture: true })
  }, [])
}

function stateOfStep(): Record<string, unknown> {
  const state: unknown = history.state
  return isRecord(state) ? state : {}
}
