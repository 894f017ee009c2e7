/** The message that the draft answers. */
import { useEffect } from "preact/hooks"
import { answeredNow } from "../core/answered.ts"
import type { Room } from "../core/room.ts"
import { laterTexts } from "../texts/texts.ts"
import { focusComposer } from "./composer-field.ts"
import { CloseIcon } from "./icons.tsx"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"

const lazyLine = lazily(async () => (await onceConnected()).ReadLine)

export function ReplyNote({ room }: { readonly room: Room }) {
  const t = laterTexts().replying
  const answered = room.draft.replyTo.value
  const quoted = answered && answeredNow(answered, room.feed.timeline)
  // It may have been deleted while this page was offline.
  const isGone = answered !== undefined && quoted === undefined
  useEffect(() => {
    if (isGone) room.draft.reply(undefined)
  }, [isGone])
  if (quoted === undefined) return null
  const cancel = () => {
    room.draft.reply(undefined)
    focusComposer()
  }
  return (
    <div class="reply-note">
      <p class="one-line">
        <span>{t.to(room.nameOf(quoted.userId) ?? quoted.username)}</span>{" "}
        <bdi>
          <lazyLine.View line={quoted.excerpt} />
        </bdi>
      </p>
      <button type="button" class="icon-button" title={t.cancel} aria-label={t.cancel} onClick={cancel}>
        <CloseIcon />
      </button>
    </div>
  )
}
