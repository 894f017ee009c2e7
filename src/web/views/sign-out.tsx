/** Signing out removes everything from this browser, so unsent messages are mentioned first. */
import { useState } from "preact/hooks"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { unsentIn } from "./unsent-count.ts"

export function SignOut({ kind, onSignOut }: { readonly kind: string; readonly onSignOut: () => void }) {
  const t = laterTexts()
  const [isAsked, setAsked] = useState(false)
  const unsent = unsentIn(useClient())
  const isWarned = isAsked && unsent > 0
  const signOut = () => (unsent === 0 || isWarned ? onSignOut() : setAsked(true))
  return (
    <>
      {isWarned && <p role="alert">{t.unsent.signOut(unsent)}</p>}
      <button type="button" class={kind} onClick={signOut}>
        {isWarned ? t.unsent.signOutAnyway : t.profile.signOut}
      </button>
    </>
  )
}
