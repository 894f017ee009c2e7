/** Buttons from the current place to the new messages. */
import type { Signal } from "@preact/signals"
import { useComputed, useSignal, useSignalEffect } from "@preact/signals"
import type { Room } from "../core/room.ts"
import { laterTexts } from "../texts/texts.ts"
import { useSurroundings } from "./context.ts"
import type { Guide, Seen } from "./guide.ts"
import { DownIcon, UpIcon } from "./icons.tsx"

interface WayProps {
  readonly room: Room
  readonly guide: Guide
}

/** Where the first new message is, relative to the view. */
type Direction = "above" | "here" | "below"

/**
 * Up to the first new message, until an attentive reader has seen it: messages that come while one is away may be above
 * it by then.
 */
export function ToFirstNew({ room, guide }: WayProps) {
  const { attention } = useSurroundings()
  const reached = useSignal<number | undefined>(undefined)
  const direction = useComputed(() => directionOf(room, guide.seen.value))
  useSignalEffect(() => {
    if (direction.value === "here" && attention.isHere.value) reached.value = room.reading.line.value
  })
  const line = room.reading.line.value
  if (direction.value !== "above" || line === reached.value) return null
  const isBusy = guide.isBusy.value
  return (
    <button type="button" class="float to-new" aria-busy={isBusy} onClick={() => guide.goToFirstNew()}>
      <UpIcon />
      {isBusy ? laterTexts().ways.goingBack : laterTexts().ways.toFirstNew}
    </button>
  )
}

/** Down to the new messages, if they are below, and then to the latest. */
export function ToLatest({ room, guide, isAtEnd }: WayProps & { readonly isAtEnd: Signal<boolean> }) {
  if (isAtEnd.value || !guide.isArrived.value) return null
  const t = laterTexts().ways
  const go = () => {
    if (directionOf(room, guide.seen.peek()) === "below") guide.goToFirstNew()
    else guide.goToEnd()
  }
  return (
    <button type="button" class="float to-latest" onClick={go}>
      <DownIcon />
      {room.unread.value > 0 ? t.countNew(room.unread.value) : t.toLatest}
    </button>
  )
}

function directionOf(room: Room, seen: Seen | undefined): Direction | undefined {
  const { timeline } = room.feed
  timeline.version.value
  const line = room.reading.line.value
  if (line === undefined || seen === undefined) return undefined
  const firstNew = timeline.gapAt(line + 1) ? line + 1 : timeline.messages[timeline.indexAfter(line)]?.seq
  if (firstNew === undefined) return undefined
  return firstNew < seen.first ? "above" : firstNew > seen.last ? "below" : "here"
}
