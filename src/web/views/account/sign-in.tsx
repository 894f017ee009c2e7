/** Signing in: with a login and a password, or another way. */
import type { Account } from "../../core/account.ts"
import type { WaysIn } from "../../core/account-calls.ts"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { useField, useRawField } from "../field.tsx"
import { unsentIn } from "../unsent-count.ts"
import { isGiven } from "./checks.ts"
import { Gate, Input, useCall } from "./form.tsx"
import { OtherWays } from "./other-ways.tsx"

export function SignIn({ ways }: { readonly ways: WaysIn }) {
  const client = useClient()
  const t = laterTexts().account
  const unsent = unsentIn(client)
  // Whoever was signed in until now, and did not sign out here, wonders.
  const lead = client.identity.account.value === undefined ? t.signInLead : laterTexts().refused.ERR_UNAUTHORIZED
  const login = useField("", isGiven)
  const password = useRawField(isGiven)
  const calling = useCall({ login, password })
  const submit = async () => {
    if ([login, password].map((field) => field.check()).includes(false)) return
    const body = { login: login.cleaned, password: password.text, as: "cookie" }
    const answer = await calling.send<{ user: Account }>("sign-in", body)
    if (answer !== undefined) client.useAccount(answer.user)
  }
  return (
    <Gate
      title={t.signIn}
      lead={unsent === 0 ? lead : laterTexts().unsent.signIn(unsent)}
      submit={t.signIn}
      calling={calling}
      onSubmit={submit}
      after={<OtherWays {...ways} />}
    >
      <Input id="login" label={t.login} field={login} autocomplete="username" isFirst />
      <Input id="password" label={t.password} field={password} autocomplete="current-password" />
    </Gate>
  )
}
