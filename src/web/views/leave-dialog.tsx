/** Asks before a room is left: an unlisted one is found again only by its link. */
import type { Room } from "../core/room.ts"
import { go } from "../navigation.ts"
import { useClient } from "./context.ts"
import { Dialog } from "./dialog.tsx"
import { CopyLink } from "./room-header.tsx"

export function LeaveDialog({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient()
  const leave = () => {
    onClose()
    client.leave(room)
    go("/")
  }
  return (
    <Dialog title="Leave this room?" onClose={onClose}>
      <p>
        Its messages no longer come to you. With its link you can come back to <bdi>{room.name.value}</bdi> at any time.
      </p>
      <div class="buttons">
        <CopyLink room={room} label="Copy its link" />
        <button type="button" class="button primary" onClick={leave}>
          Leave
        </button>
      </div>
    </Dialog>
  )
}
