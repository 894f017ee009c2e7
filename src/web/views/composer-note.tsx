/**
 * How long the text may still become, what keeps it from being sent and what can be done, or where it came from. Loaded
 * when needed.
 */
import type { Ref } from "preact"
import { useEffect, useMemo, useState } from "preact/hooks"
import { laterLimits } from "../core/later-limits.ts"
import { limits } from "../core/limits.ts"
import type { Room } from "../core/room.ts"
import { split } from "../core/split.ts"
import { laterTexts } from "../texts/texts.ts"

/** The number of messages that the server accepts at once. */
const partsMax = laterLimits.messageRate.atOnce
/** In UTF-16 units, of which a character has at most two. */
const textLengthMax = partsMax * limits.contentLengthMax * 2
/** Whoever has not typed for so long waits to hear something. */
const pauseMs = 1_000

interface ComposerNoteProps {
  readonly room: Room
  readonly content: string
  /** How many more characters it may have, if that is to be told; negative if it is too long. */
  readonly left: number | undefined
  readonly offer: Ref<HTMLButtonElement>
  readonly onSplit: (parts: readonly string[]) => void
}

export function ComposerNote({ room, content, left, offer, onSplit }: ComposerNoteProps) {
  const t = laterTexts().composer
  const isTooLong = left !== undefined && left < 0
  const length = left === undefined ? "" : isTooLong ? t.tooLong(-left) : t.left(left)
  const isMuchTooLong = content.length > textLengthMax
  const parts = useMemo(() => (isTooLong && !isMuchTooLong ? split(content, limits.contentLengthMax) : []), [content])
  return (
    <>
      {room.draft.isRescue && <p>{t.rescued}</p>}
      {isTooLong && <p aria-hidden="true">{length}</p>}
      <p class="unseen">{useSettled(length)}</p>
      {(isMuchTooLong || parts.length > partsMax) && <p>{t.muchTooLong}</p>}
      {parts.length > 0 && parts.length <= partsMax && (
        <button type="button" class="button" ref={offer} onClick={() => onSplit(parts)}>
          {t.sendParts(parts.length)}
        </button>
      )}
    </>
  )
}

/** Otherwise it would be read out at every key. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(setSettled, pauseMs, text)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
