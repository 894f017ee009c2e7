/**
 * How others can enter a room. Its link works for everybody who may use this server: anybody, those with a token, or
 * those with an account. With accounts, new people need an invite.
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
