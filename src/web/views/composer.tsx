/** Where one writes. Enter sends, Shift+Enter begins a new line; what input methods do with Enter is theirs. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { limits } from "../../contract/limits.ts"
import { lengthOf } from "../../contract/text.ts"
import { problemOfMessage } from "../core/checks.ts"
import type { Room } from "../core/room.ts"
import { texts } from "../texts/texts.ts"
import { PictureIcon, SendIcon } from "./icons.tsx"
import { hasPointer } from "./media.ts"
import { PictureDialog } from "./picture-dialog.tsx"

/** Nearer than this to the limit, the length is shown. */
const lengthShownFrom = limits.contentLengthMax - 400

export interface ComposerProps {
  readonly room: Room
  readonly onSent: () => void
}

export function Composer({ room, onSent }: ComposerProps) {
  const { draft } = room
  const text = draft.text.value
  const t = texts().composer
  const [isPicking, setPicking] = useState(false)
  const problem = problemOfMessage(text)
  const send = (event?: Event) => {
    event?.preventDefault()
    if (problem !== undefined) return
    room.send(text.trimEnd())
    draft.write("")
    onSent()
  }
  return (
    <>
      <form class="composer" onSubmit={send}>
        <button
          type="button"
          class="icon-button"
          title={t.picture}
          aria-label={t.picture}
          onClick={() => setPicking(true)}
        >
          <PictureIcon />
        </button>
        <Writing room={room} onEnter={send} isTooLong={problem === "long"} />
        <Length text={text} />
        <button
          type="submit"
          class="icon-button send"
          title={t.send}
          aria-label={t.send}
          disabled={problem !== undefined}
        >
          <SendIcon />
        </button>
      </form>
      {isPicking && (
        <PictureDialog
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

interface WritingProps {
  readonly room: Room
  readonly onEnter: (event: Event) => void
  readonly isTooLong: boolean
}

function Writing({ room, onEnter, isTooLong }: WritingProps) {
  const t = texts().composer
  const area = useRef<HTMLTextAreaElement>(null)
  const { draft } = room
  const text = draft.text.value
  // Before it is painted: what is typed at the first sight of it must not go elsewhere.
  useLayoutEffect(() => {
    // A finger's keyboard would cover what one came to read.
    if (hasPointer.peek()) area.current?.focus()
    return () => room.sender.typing(false)
  }, [])
  useEffect(() => fitHeight(area.current), [text])
  return (
    <textarea
      id="composer"
      ref={area}
      rows={1}
      dir="auto"
      enterkeyhint="send"
      placeholder={t.label(room.name.value)}
      aria-label={t.label(room.name.value)}
      aria-description={t.keys}
      aria-invalid={isTooLong}
      value={text}
      onInput={(event) => {
        draft.write(event.currentTarget.value)
        room.sender.typing(draft.text.value.trim() !== "")
      }}
      onBlur={() => room.sender.typing(false)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) onEnter(event)
      }}
    />
  )
}

function Length({ text }: { readonly text: string }) {
  const length = lengthOf(text)
  if (length < lengthShownFrom) return null
  const t = texts().composer
  const left = limits.contentLengthMax - length
  return <output class={left < 0 ? "length problem" : "length"}>{left < 0 ? t.tooLong(-left) : t.left(left)}</output>
}

/** As high as its text, where the browser does not do that by itself. */
function fitHeight(area: HTMLTextAreaElement | null): void {
  if (area === null || CSS.supports("field-sizing", "content")) return
  area.style.height = "auto"
  area.style.height = `${area.scrollHeight}px`
}
