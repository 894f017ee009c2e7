/** One's own account: where it is signed in, another device, the password, and signing out. */
import { useState } from "preact/hooks"
import { call } from "../../core/account-calls.ts"
import { formats, laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Dialog } from "../dialog.tsx"
import { useRawField } from "../field.ts"
import { useAsked } from "./asking.ts"
import { isGiven, problemOfNewPassword } from "./checks.ts"
import { clientName } from "./client-name.ts"
import { Input } from "./form.tsx"
import { LinkCard } from "./link-card.tsx"
import { OwnData } from "./own-data.tsx"
import { Passkeys } from "./passkeys.tsx"

export function AccountDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const t = laterTexts().account
  const account = client.identity.account.value
  const signOut = async () => {
    await call("sign-out", {})
    client.useAccount(undefined)
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <p class="lead">{t.signedInAs(account?.login || account?.username || "")}</p>
      <Sessions />
      <Device />
      <Passkeys />
      <ChangePassword />
      <OwnData />
      <div class="buttons">
        <button type="button" class="button" onClick={signOut}>
          {laterTexts().profile.signOut}
        </button>
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
      {problem !== undefined && <p class="problem">{problem}</p>}
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
    else setProblem(answer.error.message)
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
      {problem !== undefined && <p class="problem">{problem}</p>}
    </section>
  )
}

function ChangePassword() {
  const { connection, identity } = useClient()
  const t = laterTexts().account
  const old = useRawField(isGiven)
  const fresh = useRawField(problemOfNewPassword)
  const [said, setSaid] = useState<string>()
  const [isOpen, setOpen] = useState(false)
  const submit = async (event: Event) => {
    event.preventDefault()
    setSaid(undefined)
    if ([old, fresh].map((field) => field.check()).includes(false)) return
    const payload = { userId: identity.userId, old: old.text, new: fresh.text }
    const answer = await connection.request("change_password", payload)
    if (answer.ok) {
      setSaid(t.passwordChanged)
      setOpen(false)
      for (const field of [old, fresh]) field.onInput({ currentTarget: { value: "" } })
    } else if (answer.error.code === "ERR_FORBIDDEN") old.refuse(t.passwordWrong)
    else fresh.refuse(answer.error.message)
  }
  return (
    <section class="listed">
      {isOpen ? (
        <form onSubmit={submit} noValidate>
          <Input id="old" label={t.oldPassword} field={old} autocomplete="current-password" type="password" isFirst />
          <Input
            id="new"
            label={t.newPassword}
            hint={t.passwordHint}
            field={fresh}
            autocomplete="new-password"
            type="password"
          />
          <button type="submit" class="button">
            {t.changePassword}
          </button>
        </form>
      ) : (
        <button type="button" class="button" onClick={() => setOpen(true)}>
          {t.changePassword}
        </button>
      )}
      <p role="status" class="hint">
        {said}
      </p>
    </section>
  )
}
