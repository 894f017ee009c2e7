/** Inviting people with a link that is made on request: to a room, or by an administrator to the team. */

import { useState } from "preact/hooks"
import type { Client } from "../../core/client.ts"
import type { Room } from "../../core/room.ts"
import { sentenceOf } from "../../core/sentence-of.ts"
import { formats, laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Dialog } from "../dialog.tsx"
import { Problem } from "../field.tsx"
import { LinkCard } from "./link-card.tsx"

interface MadeInvite {
  readonly url: string
  readonly uses: number
  readonly expiresAt: string
}

interface InviteDialogProps {
  /** The room to invite to. */
  readonly room?: Room | undefined
  readonly onClose: () => void
}

export function InviteDialog({ room: meant, onClose }: InviteDialogProps) {
  const client = useClient()
  const t = laterTexts().account
  const [room] = useState(() => meant ?? roomToInviteTo(client))
  const [invite, setInvite] = useState<MadeInvite>()
  const [problem, setProblem] = useState<string>()
  const make = async () => {
    setProblem(undefined)
    const { userId } = client.identity
    const answer = await client.connection.request("create_invite", { userId, roomId: room?.id })
    if (answer.ok) setInvite(answer.invite)
    else setProblem(sentenceOf(answer.error))
  }
  return (
    <Dialog title={t.invite} onClose={onClose}>
      <p class="lead">{room === undefined ? t.inviteLead : t.inviteLeadTo(room.name.value)}</p>
      {invite && (
        <LinkCard
          url={invite.url}
          note={t.inviteNote(invite.uses, formats().date.format(new Date(invite.expiresAt)))}
        />
      )}
      <Problem text={problem} />
      {invite === undefined && (
        <div class="buttons">
          <button type="button" class="button primary" onClick={make}>
            {t.inviteSubmit}
          </button>
        </div>
      )}
    </Dialog>
  )
}

/** The open room, or else their first: members invite to a room that they are in. */
function roomToInviteTo(client: Client): Room | undefined {
  if (client.identity.account.peek()?.role === "admin") return undefined
  const isShared = ({ visibility }: Room) => visibility.peek() !== "direct"
  return [client.open.peek(), ...client.rooms.peek()].find((room) => room !== undefined && isShared(room))
}
