/** Bringing people: a link for the team, made when it is asked for. */
import { useState } from "preact/hooks"
import { formats, laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Dialog } from "../dialog.tsx"
import { LinkCard } from "./link-card.tsx"

interface MadeInvite {
  readonly url: string
  readonly uses: number
  readonly expiresAt: string
}

export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const t = laterTexts().account
  const [invite, setInvite] = useState<MadeInvite>()
  const [problem, setProblem] = useState<string>()
  const make = async () => {
    setProblem(undefined)
    const answer = await client.connection.request("create_invite", { userId: client.identity.userId })
    if (answer.ok) setInvite(answer.invite)
    else setProblem(answer.error.code === "ERR_FORBIDDEN" ? t.inviteForbidden : answer.error.message)
  }
  return (
    <Dialog title={t.invite} onClose={onClose}>
      <p class="lead">{t.inviteLead}</p>
      {invite && (
        <LinkCard
          url={invite.url}
          note={t.inviteNote(invite.uses, formats().date.format(new Date(invite.expiresAt)))}
        />
      )}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
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
