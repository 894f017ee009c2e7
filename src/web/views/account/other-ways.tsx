/** What people may sign in with beside a password, as far as there is anything. */
import { laterTexts } from "../../texts/texts.ts"

export function OtherWays({ signInWith }: { readonly signInWith: string | undefined }) {
  if (signInWith === undefined) return null
  const go = () => location.assign(`/api/oidc?return=${encodeURIComponent(location.pathname)}`)
  return (
    <button type="button" class="button" onClick={go}>
      {laterTexts().account.signInWith(signInWith)}
    </button>
  )
}
