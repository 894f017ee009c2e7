/**
 * How others come into a room. Its link leads there whoever may be on this server: anybody, who has a token, or who has
 * an account. Where the server keeps its people, who has no account yet needs an invite.
 */
import type { Room } from "../core/room.ts"
import { laterTexts } from "../texts/texts.ts"
import { useMayInvite } from "./account/may-invite.ts"
import { useClient } from "./context.ts"
import { CopyLink } from "./copy-link.tsx"
import { openOverlay } from "./overlay.ts"

export function Inviting({ room }: { readonly room: Room }) {
  const { identity, isKnown } = useClient()
  const account = isKnown ? identity.account.value : undefined
  const mayInvite = useMayInvite(account)
  const t = laterTexts().inviting
  const sentence = account === undefined ? (isKnown ? t.token : t.open) : mayInvite ? t.account : t.accountAlone
  return (
    <>
      <p>{account === undefined || mayInvite !== undefined ? sentence : "\u00a0"}</p>
      <div class="ways-on">
        <CopyLink room={room} label={laterTexts().sharing.copyLink} />
        {mayInvite && (
          <button type="button" class="button" onClick={() => openOverlay({ kind: "invite", room })}>
            {laterTexts().account.invite}
          </button>
        )}
      </div>
    </>
  )
}
