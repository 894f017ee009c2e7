/** One's own account: where it is signed in, another device, what signs in to it, and signing out. */

import { useState } from "preact/hooks"
import { call } from "../../core/account-calls.ts"
import { sentenceOf } from "../../core/sentence-of.ts"
import { formats, laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Dialog } from "../dialog.tsx"
import { Problem } from "../field.tsx"
import { SignOut } from "../sign-out.tsx"
import { useAsked } from "./asking.ts"
import { clientName } from "./client-name.ts"
import { LinkCard } from "./link-card.tsx"
import { OwnData } from "./own-data.tsx"
import { OwnWays, type Ways } from "./own-ways.tsx"
import { Passkeys } from "./passkeys.tsx"

export function AccountDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const t = laterTexts().account
  const account = client.identity.account.value
  const ways = useAsked(() => call<{ waysIn: Ways }>("me", {}))
  const [problem, setProblem] = useState<string>()
  const signOut = async () => {
    const answer = await call("sign-out", {})
    // The cookie is the server's to take away: as long as it is there, this browser would be signed in again.
    if (answer.ok) client.useAccount(undefined)
    else setProblem(sentenceOf(answer.error))
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <p class="lead">{t.signedInAs(account?.login || account?.username || "")}</p>
      <Sessions />
      <Device />
      <Passkeys onChanged={ways.again} />
      <OwnWays asked={ways} />
      <OwnData />
      <Problem text={problem} />
      <div class="buttons">
        <SignOut kind="button" onSignOut={signOut} />
      </div>
    </Dialog>
  )
}

function Sessions() {
  const { connection, identity } = useClient()
  const t = laterTexts().account
  const { userId } = identity
  const { found, problem, act } = useAsked(() => connection.request("list_sessions", { userId }))
  return (
    <section class="listed">
      <h3>{t.devices}</h3>
      <ul>
        {found?.sessions.map(({ id, client, usedAt, isCurrent }) => (
          <li key={id} class="setting">
            <span>
              <strong>{clientName(client) ?? t.unknownDevice}</strong>
              <small>{isCurrent ? t.thisDevice : t.usedAt(formats().date.format(new Date(usedAt)))}</small>
            </span>
            {!isCurrent && (
              <button
                type="button"
                class="button"
                onClick={() => act(connection.request("end_session", { userId, sessionId: id }))}
              >
                {laterTexts().profile.signOut}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Problem text={problem} />
    </section>
  )
}

function Device() {
  const { connection, identity } = useClient()
  const t = laterTexts().account
  const [url, setUrl] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const make = async () => {
    const answer = await connection.request("link_device", { userId: identity.userId })
    if (answer.ok) setUrl(answer.url)
    else setProblem(sentenceOf(answer.error))
  }
  return (
    <section class="listed">
      <h3>{t.device}</h3>
      {url === undefined ? (
        <button type="button" class="button" onClick={make}>
          {t.deviceLink}
        </button>
      ) : (
        <LinkCard url={url} note={t.deviceNote} />
      )}
      <Problem text={problem} />
    </section>
  )
}
