/** Buttons to unread rooms that are out of sight in a long list: down to the next one, or else up. */
import { useSignal, useSignalEffect } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { laterTexts } from "../texts/texts.ts"
import { useSurroundings } from "./context.ts"
import { DownIcon, UpIcon } from "./icons.tsx"
import { scrolling } from "./media.ts"

interface Beyond {
  /** The links of rooms in the list, in its order. */
  readonly above: readonly HTMLElement[]
  readonly below: readonly HTMLElement[]
}

const nothing: Beyond = { above: [], below: [] }

/** Inside the scrolling element, after all rooms. */
export function UnreadBeyond() {
  const { client, preferences } = useSurroundings()
  const place = useRef<HTMLParagraphElement>(null)
  const beyond = useSignal(nothing)
  const look = () => {
    const list = place.current?.parentElement
    if (list) beyond.value = beyondOf(list)
  }
  useSignalEffect(() => {
    for (const room of client.rooms.value) void [room.unread.value, preferences.levelOf(room)]
    // The list is drawn first.
    requestAnimationFrame(look)
  })
  useEffect(() => {
    const list = place.current?.parentElement
    const resized = new ResizeObserver(look)
    if (list) resized.observe(list)
    list?.addEventListener("scroll", look, { passive: true })
    return () => {
      resized.disconnect()
      list?.removeEventListener("scroll", look)
    }
  }, [])
  const { above, below } = beyond.value
  const isBelow = below.length > 0
  const next = isBelow ? below[0] : above.at(-1)
  const show = () => {
    next?.scrollIntoView({ block: "center", behavior: scrolling() })
    next?.focus({ preventScroll: true })
  }
  return (
    <p class="unread-beyond" ref={place}>
      {next && (
        <button type="button" class="float" onClick={show}>
          {isBelow ? <DownIcon /> : <UpIcon />}
          {laterTexts().rooms.unread((isBelow ? below : above).length)}
        </button>
      )}
    </p>
  )
}

function beyondOf(list: Element): Beyond {
  const { top, bottom } = list.getBoundingClientRect()
  const unread = [...list.querySelectorAll<HTMLElement>(".unread")].map((link) => ({
    link,
    at: link.getBoundingClientRect(),
  }))
  return {
    above: unread.filter(({ at }) => at.bottom <= top + hiddenPx).map(({ link }) => link),
    below: unread.filter(({ at }) => at.top >= bottom - hiddenPx).map(({ link }) => link),
  }
}

/** A room of which only this much is visible counts as out of sight. */
const hiddenPx = 16
