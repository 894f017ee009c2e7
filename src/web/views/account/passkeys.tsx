/** One's passkeys: their names, adding one, and removing one. */

import { useState } from "preact/hooks"
import { problemOfUsername } from "../../core/checks.ts"
import { sentenceOf } from "../../core/sentence-of.ts"
import { formats, laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Problem, useField } from "../field.tsx"
import { type Asked, useAsked } from "./asking.ts"
import { clientName } from "./client-name.ts"
import { Input } from "./form.tsx"
import { hasPasskeysHere, makePasskey } from "./webauthn.ts"

export function Passkeys({ onChanged }: { readonly onChanged: () => Promise<void> }) {
  const { connection, identity } = useClient()
  const t = laterTexts().account
  const { userId } = identity
  const asked = useAsked(() => connection.request("list_passkeys", { userId }))
  const { found, problem, act } = asked
  return (
    <section class="listed">
      <h3>{t.passkeys}</h3>
      <ul>
        {found?.passkeys.map(({ id, name, createdAt, usedAt }) => (
          <li key={id} class="setting">
            <span>
              <strong>
                <bdi>{name}</bdi>
              </strong>
              <small>
                {t[usedAt === null ? "addedAt" : "usedAt"](formats().date.format(new Date(usedAt ?? createdAt)))}
              </small>
            </span>
            <button
              type="button"
              class="button"
              onClick={() => act(connection.request("remove_passkey", { userId, passkeyId: id })).then(onChanged)}
            >
              {t.removePasskey}
            </button>
          </li>
        ))}
      </ul>
      {(found?.passkeys.length ?? 0) > 0 && <p class="hint">{t.passkeysNote}</p>}
      <Problem text={problem} />
      {hasPasskeysHere() ? (
        <AddPasskey again={() => asked.again().then(onChanged)} />
      ) : (
        <p class="hint">{t.passkeyNeeds}</p>
      )}
    </section>
  )
}

function AddPasskey({ again }: Pick<Asked<object>, "again">) {
  const { connection, identity } = useClient()
  const t = laterTexts().account
  const name = useField(clientName(navigator.userAgent) ?? "", problemOfUsername)
  const [isOpen, setOpen] = useState(false)
  const submit = async (event: Event) => {
    event.preventDefault()
    const account = identity.account.value
    if (!name.check() || account === undefined) return
    const { userId } = identity
    const begun = await connection.request("begin_passkey", { userId })
    if (!begun.ok) return name.refuse(sentenceOf(begun.error))
    const made = await makePasskey(begun, account).catch(() => undefined)
    if (made === undefined) return name.refuse(t.passkeyFailed)
    const answer = await connection.request("add_passkey", { userId, name: name.cleaned, ...made })
    if (!answer.ok) return name.refuse(sentenceOf(answer.error))
    setOpen(false)
    await again()
  }
  if (!isOpen)
    return (
      <button type="button" class="button" onClick={() => setOpen(true)}>
        {t.addPasskey}
      </button>
    )
  return (
    <form onSubmit={submit} noValidate>
      <Input id="passkey" label={t.passkeyName} hint={t.passkeyHint} field={name} autocomplete="off" isFirst />
      <button type="submit" class="button">
        {t.addPasskey}
      </button>
    </form>
  )
}
