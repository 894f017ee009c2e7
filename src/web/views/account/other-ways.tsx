/** Other ways to sign in than a password, if there are any. */
import type { Account } from "../../core/account.ts"
import type { WaysIn } from "../../core/account-calls.ts"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Problem } from "../field.tsx"
import { useCall } from "./form.tsx"
import { hasPasskeysHere, signWithPasskey } from "./webauthn.ts"

export function OtherWays({ signInWith, hasPasskeys }: WaysIn) {
  const go = () => location.assign(`/api/oidc?return=${encodeURIComponent(location.pathname)}`)
  return (
    <>
      {signInWith !== undefined && (
        <button type="button" class="button" onClick={go}>
          {laterTexts().account.signInWith(signInWith)}
        </button>
      )}
      {hasPasskeys && hasPasskeysHere() && <ByPasskey />}
    </>
  )
}

function ByPasskey() {
  const client = useClient()
  const t = laterTexts().account
  const calling = useCall()
  const signIn = async () => {
    const begun = await calling.send<{ challenge: string; rpId: string }>("passkey", {})
    if (begun === undefined) return
    // Whoever cancelled it knows.
    const signed = await signWithPasskey(begun).catch(() => undefined)
    if (signed === undefined) return
    const answer = await calling.send<{ user: Account }>("passkey-sign-in", { ...signed, as: "cookie" })
    if (answer !== undefined) client.useAccount(answer.user)
  }
  return (
    <>
      <button type="button" class="button" onClick={signIn} aria-busy={calling.isBusy}>
        {t.signInPasskey}
      </button>
      <Problem
        text={calling.problem && (calling.refusal === "ERR_UNAUTHORIZED" ? t.passkeyUnknown : calling.problem)}
      />
    </>
  )
}
