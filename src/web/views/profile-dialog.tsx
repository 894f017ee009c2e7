/** How others see oneself: a name, and a picture by its address. */
import { useState } from "preact/hooks"
import { problemOfUrl, problemOfUsername } from "../core/checks.ts"
import { texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { Dialog, Field } from "./dialog.tsx"
import { LanguageChoice } from "./language-choice.tsx"

export function ProfileDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const { identity } = client
  const t = texts().profile
  const user = identity.user.value
  const byToken = identity.claims.value?.username !== undefined
  const [name, setName] = useState(user?.username ?? "")
  const [picture, setPicture] = useState(user?.avatar ?? "")
  const [problems, setProblems] = useState<{ name?: string | undefined; picture?: string | undefined }>({})
  const submit = (event: Event) => {
    event.preventDefault()
    const url = picture.trim()
    const found = { name: problemOfUsername(name.trim()), picture: url === "" ? undefined : problemOfUrl(url) }
    setProblems(found)
    if (found.name !== undefined || found.picture !== undefined) return
    client.describe({ username: name.trim(), avatar: url === "" ? null : url })
    onClose()
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <div class="preview">
          <Avatar id={identity.userId} name={name} picture={picture.trim()} size="large" />
        </div>
        <Field id="profile-name" label={t.name} hint={byToken ? t.nameByToken : t.nameHint} problem={problems.name}>
          {({ id, describedBy }) => (
            <input
              id={id}
              aria-describedby={describedBy}
              dir="auto"
              autocomplete="nickname"
              readOnly={byToken}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field id="profile-picture" label={t.picture} hint={t.pictureHint} problem={problems.picture}>
          {({ id, describedBy }) => (
            <input
              id={id}
              aria-describedby={describedBy}
              type="url"
              inputMode="url"
              placeholder="https://"
              value={picture}
              onInput={(event) => setPicture(event.currentTarget.value)}
            />
          )}
        </Field>
        <LanguageChoice />
        <div class="buttons">
          {identity.token !== undefined && (
            <button type="button" class="button quiet" onClick={() => client.useToken(undefined)}>
              {t.signOut}
            </button>
          )}
          <button type="submit" class="button primary">
            {t.save}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
