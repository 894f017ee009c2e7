/** Signing out removes everything from this browser, so unsent messages are mentioned first. */
import { laterTexts } from "../texts/texts.ts"
import { useAskedTwice } from "./asked-twice.ts"
import { useClient } from "./context.ts"
import { unsentIn } from "./unsent-count.ts"

export function SignOut({ kind, onSignOut }: { readonly kind: string; readonly onSignOut: () => void }) {
  const t = laterTexts()
  const unsent = unsentIn(useClient())
  const { isAsked, onClick } = useAskedTwice(onSignOut, unsent > 0)
  return (
    <>
      {isAsked && <p role="alert">{t.unsent.signOut(unsent)}</p>}
      <button type="button" class={kind} onClick={onClick}>
        {isAsked ? t.unsent.signOutAnyway : t.profile.signOut}
      </button>
    </>
  )
}
