/** What stands in the way of sending, what can be done about it, and how much room is left. */
import { signal } from "@preact/signals-core"
import type { Ref } from "preact"
import { useEffect, useMemo } from "preact/hooks"
import { lengthOf } from "../../contract/text.ts"
import { limits } from "../core/limits.ts"
import type { split } from "../core/split.ts"
import { isFileRefused } from "../files.ts"
import { texts } from "../texts/texts.ts"

/** Nearer than this to the limit, the length is shown. */
const lengthShownFrom = limits.contentLengthMax - 400
/** As many messages as the server takes at once. */
const partsMax = limits.messageRate.atOnce
/** In UTF-16 units, of which a character has at most two. */
const textLengthMax = partsMax * limits.contentLengthMax * 2

/** What cuts it, loaded when there is something to cut. */
const loaded = signal<typeof split | undefined>(undefined)

export interface ComposerNoteProps {
  readonly content: string
  readonly offer: Ref<HTMLButtonElement>
  readonly onSplit: (parts: readonly string[]) => void
}

/** What stands in the way of sending, and what can be done about it. */
export function ComposerNote({ content, offer, onSplit }: ComposerNoteProps) {
  const t = texts().composer
  const excess = lengthOf(content) - limits.contentLengthMax
  const isTooLong = excess > 0
  const cut = loaded.value
  const isMuchTooLong = content.length > textLengthMax
  const parts = useMemo(
    () => (isTooLong && !isMuchTooLong ? cut?.(content, limits.contentLengthMax) : []),
    [cut, content],
  )
  useEffect(() => {
    if (isTooLong) void load()
  }, [isTooLong])
  const mayBeSent = parts !== undefined && parts.length > 0 && parts.length <= partsMax
  return (
    <div class="composer-note" role="status">
      {isTooLong && <p>{t.tooLong(excess)}</p>}
      {(isMuchTooLong || (parts?.length ?? 0) > partsMax) && <p>{t.muchTooLong}</p>}
      {mayBeSent && (
        <button type="button" class="button" ref={offer} onClick={() => onSplit(parts)}>
          {t.sendParts(parts.length)}
        </button>
      )}
      {isFileRefused.value && <p>{t.noFiles}</p>}
    </div>
  )
}

/** Without it the text is kept, and can be made shorter. */
async function load(): Promise<void> {
  try {
    loaded.value ??= (await import("./later.ts")).split
  } catch {}
}

export function Length({ content }: { readonly content: string }) {
  const left = limits.contentLengthMax - lengthOf(content)
  if (left < 0 || left > limits.contentLengthMax - lengthShownFrom) return null
  return <output class="length">{texts().composer.left(left)}</output>
}
