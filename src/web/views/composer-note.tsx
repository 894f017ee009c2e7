/** What keeps the text from being sent and what can be done, or where the text came from. Loaded when needed. */
import type { Ref } from "preact"
import { useMemo } from "preact/hooks"
import { lengthOf } from "../../contract/text.ts"
import { laterLimits } from "../core/later-limits.ts"
import { limits } from "../core/limits.ts"
import type { Room } from "../core/room.ts"
import { split } from "../core/split.ts"
import { laterTexts } from "../texts/texts.ts"

/** The number of messages that the server accepts at once. */
const partsMax = laterLimits.messageRate.atOnce
/** In UTF-16 units, of which a character has at most two. */
const textLengthMax = partsMax * limits.contentLengthMax * 2

interface ComposerNoteProps {
  readonly room: Room
  readonly content: string
  readonly offer: Ref<HTMLButtonElement>
  readonly onSplit: (parts: readonly string[]) => void
}

export function ComposerNote({ room, content, offer, onSplit }: ComposerNoteProps) {
  const t = laterTexts().composer
  const excess = lengthOf(content) - limits.contentLengthMax
  const isTooLong = excess > 0
  const isMuchTooLong = content.length > textLengthMax
  const parts = useMemo(() => (isTooLong && !isMuchTooLong ? split(content, limits.contentLengthMax) : []), [content])
  return (
    <>
      {room.draft.isRescue && <p>{t.rescued}</p>}
      {isTooLong && <p>{t.tooLong(excess)}</p>}
      {(isMuchTooLong || parts.length > partsMax) && <p>{t.muchTooLong}</p>}
      {parts.length > 0 && parts.length <= partsMax && (
        <button type="button" class="button" ref={offer} onClick={() => onSplit(parts)}>
          {t.sendParts(parts.length)}
        </button>
      )}
    </>
  )
}
