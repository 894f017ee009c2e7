/** Asks before a message is deleted, which cannot be undone. */
import { excerptOf } from "../core/excerpt.ts"
import { laterTexts } from "../texts/texts.ts"
import { focusComposer } from "./composer-field.ts"
import { Dialog } from "./dialog.tsx"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"
import { hasKeyboard } from "./media.ts"
import type { Deed } from "./overlay.ts"

const lazyLine = lazily(async () => (await onceConnected()).ReadLine)

export function DeleteDialog({ deed, onClose }: { readonly deed: Deed; readonly onClose: () => void }) {
  const t = laterTexts().deleting
  const { room, row, message } = deed
  const remove = () => {
    onClose()
    room.sender.change(message.id, { change: "delete" })
    // The focused element is gone with it.
    if (hasKeyboard.peek()) requestAnimationFrame(() => focusComposer())
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <blockquote class="deleted-text" dir="auto">
        <lazyLine.View line={excerptOf(row)} />
      </blockquote>
      <p>{row.isMine ? t.text : t.textOf(room.nameOf(row.userId) ?? message.user.username)}</p>
      <div class="buttons">
        <button type="button" class="button" onClick={onClose}>
          {t.cancel}
        </button>
        <button type="button" class="button danger" onClick={remove}>
          {t.submit}
        </button>
      </div>
    </Dialog>
  )
}
