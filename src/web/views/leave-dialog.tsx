/**
 * Asks before a room is left: an unlisted room is found again only by its link, to a private one somebody has to add
 * one again, and a direct room comes back with its next message.
 */

import { useState } from "preact/hooks"
import type { Room } from "../core/room.ts"
import { leaveRoom } from "../core/room-calls.ts"
import { sentenceOf } from "../core/sentence-of.ts"
import { go } from "../navigation.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { CopyLink } from "./copy-link.tsx"
import { Dialog } from "./dialog.tsx"
import { Problem } from "./field.tsx"

export function LeaveDialog({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient()
  const isDirect = room.visibility.value === "direct"
  const isPrivate = room.visibility.value === "private"
  const t = isDirect ? laterTexts().leaveDirect : laterTexts().leave
  const text = isPrivate ? laterTexts().leave.textPrivate : t.text
  const [problem, setProblem] = useState<string>()
  const leave = async () => {
    const refusal = await leaveRoom(client, room)
    if (refusal !== undefined) return setProblem(sentenceOf(refusal))
    onClose()
    return go("/")
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <p>{text(room.name.value)}</p>
      <Problem text={problem} />
      <div class="buttons">
        {!isDirect && !isPrivate && <CopyLink room={room} label={laterTexts().sharing.copyLink} />}
        <button type="button" class="button primary" onClick={leave}>
          {t.submit}
        </button>
      </div>
    </Dialog>
  )
}
