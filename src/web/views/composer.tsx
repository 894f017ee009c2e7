/** The composer: where one writes, and what can be sent from there. */
import { useMemo, useRef, useState } from "preact/hooks"
import { lengthOf } from "../../contract/visible.ts"
import { cleanedProse } from "../core/cleaning.ts"
import { limits } from "../core/limits.ts"
import { problemOfMessage } from "../core/message-check.ts"
import type { Room } from "../core/room.ts"
import { attached, hasOffered } from "../files.ts"
import { texts } from "../texts/texts.ts"
import { composer } from "./composer-field.ts"
import { EmojiIcon, FilesIcon, SendIcon } from "./icons.tsx"
import { insert } from "./insertion.ts"
import { lazily } from "./lazily.tsx"
import { later, withEmoji } from "./load-later.ts"
import { Waiting } from "./waiting.tsx"
import { Writing } from "./writing.tsx"

const lazyPicker = lazily(async () => (await withEmoji()).EmojiPicker)
const lazyReplyNote = lazily(async () => (await later()).ReplyNote)
const lazyNote = lazily(async () => (await later()).ComposerNote)
const lazyTray = lazily(async () => (await later()).FileTray)
const lazyPicture = lazily(async () => (await later()).PictureDialog)

/** How much space is left is shown once it is so little. */
const leftShownMax = 400

const replySpace = <div class="reply-note" />

interface ComposerProps {
  readonly room: Room
  readonly onSent: () => void
}

export function Composer({ room, onSent }: ComposerProps) {
  const text = room.draft.text.value
  const t = texts().composer
  const [picking, setPicking] = useState<"picture" | "emoji">()
  const offer = useRef<HTMLButtonElement>(null)
  const content = useMemo(() => cleanedProse(text), [text])
  const space = limits.contentLengthMax - lengthOf(content)
  const left = space <= leftShownMax ? space : undefined
  const problem = problemOfMessage(content)
  const attachment = attached.value.get(room.id)
  const canSend = attachment ? attachment.isReady && problem !== "long" : problem === undefined
  const sendAll = (contents: readonly string[]) => {
    for (const content of contents) room.send(content)
    room.draft.write("")
    onSent()
  }
  const send = (event?: Event) => {
    event?.preventDefault()
    if (canSend) {
      attachment?.send(problem === "empty" ? "" : content)
      sendAll(attachment ? [] : [content])
    } else offer.current?.focus()
  }
  const close = () => setPicking(undefined)
  return (
    <>
      <form class="composer" onSubmit={send}>
        {room.draft.replyTo.value && <lazyReplyNote.View room={room} waiting={replySpace} />}
        <div class="composer-note" role="status">
          {(left !== undefined || room.draft.isRescue) && (
            <lazyNote.View room={room} content={content} left={left} offer={offer} onSplit={sendAll} />
          )}
        </div>
        {(attachment !== undefined || hasOffered()) && <lazyTray.View key={room.id} room={room} offer={offer} />}
        <div class="composer-row">
          <button
            type="button"
            class="icon-button"
            title={t.picture}
            aria-label={t.picture}
            onClick={() => setPicking("picture")}
          >
            <FilesIcon />
          </button>
          <Writing room={room} onSend={send} isTooLong={problem === "long"} />
          {left !== undefined && left >= 0 && (
            // Whoever listens hears it from the note, once they pause.
            <span class="length" aria-hidden="true">
              {t.left(left)}
            </span>
          )}
          <button
            type="button"
            class="icon-button"
            title={texts().emoji.title}
            aria-label={texts().emoji.title}
            onClick={() => setPicking("emoji")}
          >
            <EmojiIcon />
          </button>
          <button type="submit" class="icon-button send" title={t.send} aria-label={t.send} disabled={!canSend}>
            <SendIcon />
          </button>
        </div>
      </form>
      {picking === "emoji" && (
        <lazyPicker.View
          onClose={close}
          onTaken={insertIntoComposer}
          waiting={<Waiting label={texts().emoji.title} onClose={close} />}
        />
      )}
      {picking === "picture" && (
        <lazyPicture.View
          onClose={close}
          waiting={<Waiting label={t.picture} onClose={close} />}
          onChosen={(url) => {
            room.send(url, "image")
            onSent()
          }}
        />
      )}
    </>
  )
}

/** Inserted at the caret. The dialog returns the focus first, so that it can be undone. */
function insertIntoComposer(text: string): void {
  const area = composer()
  if (area !== undefined) requestAnimationFrame(() => insert(area, text))
}
