/**
 * Asks before a room is left: an unlisted room is found again only by its link, to a private one somebody has to add
 * one again, and a direct room comes back with its next message.
 */
import type { Room } from "../core/room.ts"
import { go } from "../navigation.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { CopyLink } from "./copy-link.tsx"
import { Dialog } from "./dialog.tsx"

export function LeaveDialog({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient()
  const isDirect = room.visibility.value === "direct"
  const isPrivate = room.visibility.value === "private"
  const t = isDirect ? laterTexts().leaveDirect : laterTexts().leave
  const text = isPrivate ? laterTexts().leave.textPrivate : t.text
  const leave = () => {
    onClose()
    client.leave(room)
    go("/")
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <p>{text(room.name.value)}</p>
      <div class="buttons">
        {!isDirect && !isPrivate && <CopyLink room={room} label={laterTexts().sharing.copyLink} />}
        <button type="button" class="button primary" onClick={leave}>
          {t.submit}
        </button>
      </div>
    </Dialog>
  )
}
