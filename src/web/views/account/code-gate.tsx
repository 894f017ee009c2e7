/**
 * A link was opened: the server says what it is for, and it is used only when the person agrees. So programs that
 * preview links, as mail and chat programs do, do not use it up.
 */
import { useEffect, useState } from "preact/hooks"
import type { Account } from "../../core/account.ts"
import type { Peeked } from "../../core/account-calls.ts"
import { problemOfUsername } from "../../core/checks.ts"
import { acceptInvite } from "../../core/room-calls.ts"
import { go, pathOf } from "../../navigation.ts"
import { laterTexts, texts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { type FieldState, useField, useRawField } from "../field.tsx"
import { offeredCode } from "../offered-code.ts"
import { openOverlay } from "../overlay.ts"
import { loginOf, problemOfLogin, problemOfNewPassword } from "./checks.ts"
import { Coming } from "./coming.tsx"
import { Gate, Input, idle, saidAbout, useCall } from "./form.tsx"

export function CodeGate({ code }: { readonly code: string }) {
  const client = useClient()
  const t = laterTexts().account
  const calling = useCall()
  const [peeked, setPeeked] = useState<Peeked>()
  const look = async () => setPeeked(await calling.send<Peeked>("peek", { code }))
  useEffect(() => void look(), [])
  const account = client.identity.account.value
  if (peeked === undefined) {
    if (calling.problem === undefined) return <Coming />
    return <Gate title={t.linkTitle} lead="" submit={t.goOn} calling={calling} onSubmit={dismiss} />
  }
  const isForNewcomers = peeked.kind === "setup" || peeked.kind === "invite"
  if (isForNewcomers && account !== undefined) return <Already code={code} peeked={peeked} account={account} />
  return isForNewcomers ? <Join code={code} peeked={peeked} /> : <Redeem code={code} peeked={peeked} />
}

function dismiss(): void {
  offeredCode.value = undefined
}

interface CodeProps {
  readonly code: string
  readonly peeked: Peeked
}

type AlreadyProps = CodeProps & { readonly account: Account }

/** A link for newcomers, opened with an account; if it leads to a room, the account may join that. */
function Already(props: AlreadyProps) {
  const { account, peeked } = props
  const t = laterTexts().account
  const { kind } = useClient().connection.state.value
  if (peeked.roomName !== undefined && kind === "online") return <Enter {...props} />
  if (kind === "idle" || kind === "connecting") return <Coming />
  const lead = t.already(account.username)
  return <Gate title={t.linkTitle} lead={lead} submit={t.goOn} calling={idle} onSubmit={dismiss} />
}

function Enter({ account, code, peeked: { username, roomName } }: AlreadyProps) {
  const client = useClient()
  const t = laterTexts().account
  const [problem, setProblem] = useState<string>()
  const enter = async () => {
    const entered = await acceptInvite(client, code)
    if ("code" in entered) return setProblem(saidAbout(entered))
    dismiss()
    return go(pathOf(entered.id))
  }
  const other = (
    <button type="button" class="button quiet" onClick={dismiss}>
      {texts().shared.close}
    </button>
  )
  return (
    <Gate
      title={t.linkTitle}
      lead={t.joinLead(username, roomName)}
      submit={t.deviceSubmit(account.username)}
      calling={{ ...idle, problem }}
      onSubmit={enter}
      after={other}
    />
  )
}

/** A new account, by an invite or as the first one of the server. */
function Join({ code, peeked: { kind, username, roomName } }: CodeProps) {
  const client = useClient()
  const t = laterTexts().account
  const name = useField("", problemOfUsername)
  const login = useField("", problemOfLogin)
  // Most people take the login suggested for their name; whoever writes another one keeps that.
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
    // The first person here wants to invite others.
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
      <Input id="password" label={t.password} hint={t.passwordHint} field={password} autocomplete="new-password" />
    </Gate>
  )
}

/** Another device, or a new password, for an existing account. */
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
          isFirst
        />
      )}
    </Gate>
  )
}
