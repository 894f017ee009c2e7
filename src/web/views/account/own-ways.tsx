/** Ways to sign in to one's account, besides passkeys: the password, and the provider if there is one. */
import { useEffect, useState } from "preact/hooks"
import { waysIn } from "../../core/account-calls.ts"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Problem } from "../field.tsx"
import type { Asked } from "./asking.ts"
import { Password } from "./password.tsx"

/** As the server says in `POST /api/me`. */
export interface Ways {
  readonly hasPassword: boolean
  readonly hasProvider: boolean
  readonly passkeys: number
}

type AskedWays = Asked<{ readonly waysIn: Ways }>

export function OwnWays({ asked }: { readonly asked: AskedWays }) {
  const { found, problem, again } = asked
  if (found === undefined) return <Problem text={problem} />
  return (
    <>
      <Password hasOne={found.waysIn.hasPassword} onChanged={again} />
      <ByProvider own={found.waysIn} asked={asked} />
    </>
  )
}

function ByProvider({ own, asked }: { readonly own: Ways; readonly asked: AskedWays }) {
  const { connection, identity } = useClient()
  const t = laterTexts().account
  const [name, setName] = useState<string>()
  useEffect(() => void waysIn().then((ways) => setName(ways?.signInWith)), [])
  if (name === undefined) return null
  const link = () => location.assign(`/api/oidc?link&return=${encodeURIComponent(location.pathname)}`)
  const unlink = () => asked.act(connection.request("unlink_provider", { userId: identity.userId }))
  const isOnly = own.hasProvider && !own.hasPassword && own.passkeys === 0
  return (
    <section class="listed">
      <h3>{t.signInWith(name)}</h3>
      <p class="hint">{isOnly ? t.onlyProvider : own.hasProvider ? t.linked : t.notLinked}</p>
      {!isOnly && (
        <button type="button" class="button" onClick={own.hasProvider ? unlink : link}>
          {own.hasProvider ? t.unlink : t.link}
        </button>
      )}
      <Problem text={asked.problem} />
    </section>
  )
}
