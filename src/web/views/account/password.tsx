/** Changing one's password, or setting the first. */

import { useState } from "preact/hooks"
import { sentenceOf } from "../../core/sentence-of.ts"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { useRawField } from "../field.tsx"
import { isGiven, problemOfNewPassword } from "./checks.ts"
import { Input } from "./form.tsx"

/** Without a password, it sets the first one. */
export function Password({ hasOne, onChanged }: { readonly hasOne: boolean; readonly onChanged: () => void }) {
  const { connection, identity } = useClient()
  const t = laterTexts().account
  const act = hasOne ? t.changePassword : t.setPassword
  const old = useRawField(isGiven)
  const fresh = useRawField(problemOfNewPassword)
  const [said, setSaid] = useState<string>()
  const [isOpen, setOpen] = useState(false)
  const submit = async (event: Event) => {
    event.preventDefault()
    setSaid(undefined)
    const fields = hasOne ? [old, fresh] : [fresh]
    if (fields.map((field) => field.check()).includes(false)) return
    const payload = { userId: identity.userId, ...(hasOne && { old: old.text }), new: fresh.text }
    const answer = await connection.request("change_password", payload)
    if (answer.ok) {
      setSaid(t.passwordChanged)
      setOpen(false)
      for (const field of [old, fresh]) field.onInput({ currentTarget: { value: "" } })
      onChanged()
    } else if (answer.error.code === "ERR_FORBIDDEN") {
      if (hasOne) old.refuse(t.passwordWrong)
      else fresh.refuse(t.signInAgain)
    } else fresh.refuse(sentenceOf(answer.error))
  }
  return (
    <section class="listed">
      {isOpen ? (
        <form onSubmit={submit} noValidate>
          {hasOne && <Input id="old" label={t.oldPassword} field={old} autocomplete="current-password" isFirst />}
          <Input
            id="new"
            label={t.newPassword}
            hint={t.passwordHint}
            field={fresh}
            autocomplete="new-password"
            isFirst={!hasOne}
          />
          <button type="submit" class="button">
            {act}
          </button>
        </form>
      ) : (
        <button type="button" class="button" onClick={() => setOpen(true)}>
          {act}
        </button>
      )}
      <p role="status" class="hint">
        {said}
      </p>
    </section>
  )
}
