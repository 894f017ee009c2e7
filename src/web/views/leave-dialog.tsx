/** Asks before a room is left: an unlisted one is found again only by its link, and direct messages come back with the next. */
import type { Room } from "../core/room.ts"
import { go } from "../navigation.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { CopyLink } from "./copy-link.tsx"
import { Dialog } from "./dialog.tsx"

export function LeaveDialog({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient()
  const isDirect = room.visibility.value === "direct"
  const t = isDirect ? laterTexts().leaveDirect : laterTexts().leave
  const leave = () => {
    onClose()
    client.leave(room)
    go("/")
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <p>{t.text(room.name.value)}</p>
      <div class="buttons">
        {!isDirect && <CopyLink room={room} label={texts().shared.copyLink} />}
        <button type="button" class="button primary" onClick={leave}>
          {t.submit}
        </button>
      </div>
    </Dialog>
  )
}
