/** Back from the provider with a session's cookie, which no script can read: the server says whose it is. */
import { useEffect } from "preact/hooks"
import type { Account } from "../../core/account.ts"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { offeredCode } from "../offered-code.ts"
import { Coming } from "./coming.tsx"
import { Gate, useCall } from "./form.tsx"

export function Arrived() {
  const client = useClient()
  const t = laterTexts().account
  const calling = useCall()
  const ask = async () => {
    const answer = await calling.send<{ user: Account }>("me", {})
    if (answer === undefined) return
    client.useAccount(answer.user)
    offeredCode.value = undefined
  }
  useEffect(() => void ask(), [])
  if (calling.problem === undefined) return <Coming />
  return <Gate title={t.signIn} lead="" submit={t.goOn} calling={calling} onSubmit={ask} />
}
