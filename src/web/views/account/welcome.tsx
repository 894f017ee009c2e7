/** The first thing a newcomer sees where anybody may come: a name is all that is asked. */
import { problemOfUsername } from "../../core/checks.ts"
import { laterTexts } from "../../texts/texts.ts"
import { ConnectionLine } from "../connection-line.tsx"
import { useClient } from "../context.ts"
import { useField } from "../field.tsx"
import { Gate, Input, idle } from "./form.tsx"

export function Welcome() {
  const client = useClient()
  const { welcome: t, account } = laterTexts()
  const name = useField("", problemOfUsername)
  const submit = () => {
    if (name.check()) client.describe({ username: name.cleaned, avatar: undefined })
  }
  return (
    <Gate title={t.title} lead={t.lead} submit={t.submit} calling={idle} onSubmit={submit} after={<ConnectionLine />}>
      <Input id="name" label={account.name} hint={account.nameHint} field={name} autocomplete="nickname" isFirst />
    </Gate>
  )
}
