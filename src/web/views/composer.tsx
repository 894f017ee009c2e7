/** Where one writes, and what can be sent from there. */
import type { Ref } from "preact"
import { useMemo, useRef, useState } from "preact/hooks"
import { lengthOf } from "../../contract/text.ts"
import { problemOfMessage } from "../core/checks.ts"
import { cleanedProse } from "../core/cleaning.ts"
import { limits } from "../core/limits.ts"
import type { Room } from "../core/room.ts"
import { split } from "../core/split.ts"
import { forgetFiles, isFileRefused } from "../files.ts"
import { texts } from "../texts/texts.ts"
import { PictureIcon, SendIcon } from "./icons.tsx"
import { lazily } from "./lazily.tsx"
import { Writing } from "./writing.tsx"

/** Nearer than this to the limit, the length is shown. */
const lengthShownFrom = limits.contentLengthMax - 400
/** As many messages as the server takes at once. */
const partsMax = limits.messageRate.atOnce
/** In UTF-16 units, of which a character has at most two. */
const textLengthMax = partsMax * limits.contentLengthMax * 2

const lazyPicture = lazily(async () => (await import("./picture-dialog.tsx")).PictureDialog)

export interface ComposerProps {
  readonly room: Room
  readonly onSent: () => void
}

export function Composer({ room, onSent }: ComposerProps) {
  const text = room.draft.text.value
  const t = texts().composer
  const [isPicking, setPicking] = useState(false)
  const offer = useRef<HTMLButtonElement>(null)
  const content = useMemo(() => cleanedProse(text), [text])
  const problem = problemOfMessage(content)
  const sendAll = (contents: readonly string[]) => {
    for (const content of contents) room.send(content)
    room.draft.write("")
    forgetFiles()
    onSent()
  }
  const send = (event?: Event) => {
    event?.preventDefault()
    if (problem === undefined) sendAll([content])
    else offer.current?.focus()
  }
  return (
    <>
      <form class="composer" onSubmit={send}>
        <Note content={content} offer={offer} onSplit={sendAll} />
        <div class="composer-row">
          <button
            type="button"
            class="icon-button"
            title={t.picture}
            aria-label={t.picture}
            onClick={() => setPicking(true)}
          >
            <PictureIcon />
          </button>
          <Writing room={room} onSend={send} isTooLong={problem === "long"} />
          <Length content={content} />
          <button
            type="submit"
            class="icon-button send"
            title={t.send}
            aria-label={t.send}
            disabled={problem !== undefined}
          >
            <SendIcon />
          </button>
        </div>
      </form>
      {isPicking && (
        <lazyPicture.View
          onClose={() => setPicking(false)}
          onChosen={(url) => {
            room.send(url, "image")
            onSent()
          }}
        />
      )}
    </>
  )
}

interface NoteProps {
  readonly content: string
  readonly offer: Ref<HTMLButtonElement>
  readonly onSplit: (parts: readonly string[]) => void
}

/** What stands in the way of sending, and what can be done about it. */
function Note({ content, offer, onSplit }: NoteProps) {
  const t = texts().composer
  const excess = lengthOf(content) - limits.contentLengthMax
  const parts = useMemo(() => partsOf(content), [content])
  return (
    <div class="composer-note" role="status">
      {excess > 0 && <p>{t.tooLong(excess)}</p>}
      {excess > 0 && parts === undefined && <p>{t.muchTooLong}</p>}
      {parts !== undefined && (
        <button type="button" class="button" ref={offer} onClick={() => onSplit(parts)}>
          {t.sendParts(parts.length)}
        </button>
      )}
      {isFileRefused.value && <p>{t.noFiles}</p>}
    </div>
  )
}

/** The messages that a long text can be sent as; `undefined` where one is enough, or where there would be too many. */
function partsOf(content: string): string[] | undefined {
  if (content.length > textLengthMax || lengthOf(content) <= limits.contentLengthMax) return undefined
  const parts = split(content, limits.contentLengthMax)
  return parts.length <= partsMax ? parts : undefined
}

function Length({ content }: { readonly content: string }) {
  const left = limits.contentLengthMax - lengthOf(content)
  if (left < 0 || left > limits.contentLengthMax - lengthShownFrom) return null
  return <output class="length">{texts().composer.left(left)}</output>
}
