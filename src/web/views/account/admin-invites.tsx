/** Invites that can still be used. */
import { formats, laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Problem } from "../field.tsx"
import { useAsked } from "./asking.ts"

export function Invites() {
  const { connection, identity } = useClient()
  const t = laterTexts().account
  const { userId } = identity
  const { found, problem, act } = useAsked(() => connection.request("list_invites", { userId }))
  return (
    <>
      <Problem text={problem} />
      {found?.invites.length === 0 && <p class="hint">{t.noInvites}</p>}
      <ul>
        {found?.invites.map(({ id, usesLeft, expiresAt }) => (
          <li key={id} class="setting">
            <span>{t.inviteNote(usesLeft, formats().date.format(new Date(expiresAt)))}</span>
            <button
              type="button"
              class="button"
              onClick={() => act(connection.request("revoke_invite", { userId, inviteId: id }))}
            >
              {t.revoke}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
