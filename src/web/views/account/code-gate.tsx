/**
 * A link was opened: the server says what it is for, and it is used only when the person agrees. What looks at links
 * before people do, as mail programs and chats do, uses none up.
 */
import { useEffect, useState } from "preact/hooks"
import type { Account } from "../../core/account.ts"
import type { Peeked } from "../../core/account-calls.ts"
import { problemOfUsername } from "../../core/checks.ts"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { type FieldState, useField, useRawField } from "../field.tsx"
import { offeredCode } from "../offered-code.ts"
import { openOverlay } from "../overlay.ts"
import { loginOf, problemOfLogin, problemOfNewPassword } from "./checks.ts"
import { Gate, Input, useCall } from "./form.tsx"

export function CodeGate({ code }: { readonly code: string }) {
  const client = useClient()
  const t = laterTexts().account
  const calling = useCall()
  const [peeked, setPeeked] = useState<Peeked>()
  const look = async () => setPeeked(await calling.send<Peeked>("peek", { code }))
  useEffect(() => void look(), [])
  const account = client.identity.account.value
  if (peeked === undefined) {
    if (calling.problem === undefined) return null
    return <Gate title={t.linkTitle} lead="" submit={t.goOn} calling={calling} onSubmit={dismiss} />
  }
  const isForNewcomers = peeked.kind === "setup" || peeked.kind === "invite"
  if (isForNewcomers && account !== undefined) return <Already account={account} />
  return isForNewcomers ? <Join code={code} peeked={peeked} /> : <Redeem code={code} peeked={peeked} />
}

function dismiss(): void {
  offeredCode.value = undefined
}

function Already({ account }: { readonly account: Account }) {
  const t = laterTexts().account
  const calling = useCall()
  const lead = t.already(account.username)
  return <Gate title={t.linkTitle} lead={lead} submit={t.goOn} calling={calling} onSubmit={dismiss} />
}

interface CodeProps {
  readonly code: string
  readonly peeked: Peeked
}

/** A new account, by an invite or as the first of the server. */
function Join({ code, peeked: { kind, username, roomName } }: CodeProps) {
  const client = useClient()
  const t = laterTexts().account
  const name = useField("", problemOfUsername)
  const login = useField("", problemOfLogin)
  // Most take what follows from their name; whoever writes another keeps that.
  const named: FieldState = {
    ...name,
    onInput: (event) => {
      const follows = login.text === loginOf(name.text)
      if (follows) login.onInput({ currentTarget: { value: loginOf(event.currentTarget.value) } })
      name.onInput(event)
    },
  }
  const password = useRawField(problemOfNewPassword)
  const calling = useCall({ username: name, login, password })
  const isFirst = kind === "setup"
  const submit = async () => {
    if ([name, login, password].map((field) => field.check()).includes(false)) return
    const body = { invite: code, username: name.cleaned, login: login.cleaned, password: password.text, as: "cookie" }
    const answer = await calling.send<{ user: Account }>("join", body)
    if (answer === undefined) return
    client.useAccount(answer.user)
    dismiss()
    // Whoever is alone here has people to bring.
    if (isFirst) openOverlay({ kind: "invite" })
  }
  return (
    <Gate
      title={isFirst ? t.setup : t.join}
      lead={isFirst ? t.setupLead : t.joinLead(username, roomName)}
      submit={isFirst ? t.setupSubmit : t.join}
      calling={calling}
      onSubmit={submit}
    >
      <Input id="name" label={t.name} hint={t.nameHint} field={named} autocomplete="name" isFirst />
      <Input id="login" label={t.login} hint={t.loginHint} field={login} autocomplete="username" />
      <Input
        id="password"
        label={t.password}
        hint={t.passwordHint}
        field={password}
        autocomplete="new-password"
        type="password"
      />
    </Gate>
  )
}

/** Another device, or a new password, of an account that is there. */
function Redeem({ code, peeked: { kind, username = "" } }: CodeProps) {
  const client = useClient()
  const t = laterTexts().account
  const isReset = kind === "reset"
  const password = useRawField(problemOfNewPassword)
  const calling = useCall({ password })
  const submit = async () => {
    if (isReset && !password.check()) return
    const body = { code, as: "cookie", ...(isReset && { password: password.text }) }
    const answer = await calling.send<{ user: Account }>("redeem", body)
    if (answer === undefined) return
    client.useAccount(answer.user)
    dismiss()
  }
  return (
    <Gate
      title={isReset ? t.reset : t.device}
      lead={isReset ? t.resetLead(username) : t.deviceLead(username)}
      submit={isReset ? t.resetSubmit : t.deviceSubmit(username)}
      calling={calling}
      onSubmit={submit}
    >
      {isReset && (
        <Input
          id="password"
          label={t.newPassword}
          hint={t.passwordHint}
          field={password}
          autocomplete="new-password"
          type="password"
          isFirst
        />
      )}
    </Gate>
  )
}
