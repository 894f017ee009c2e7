/** One's own profile: a name, and a picture, uploaded or given by its address. */
import { useEffect, useState } from "preact/hooks"
import { problemOfUrl, problemOfUsername } from "../core/checks.ts"
import { catchFiles } from "../drops.ts"
import { laterTexts } from "../texts/texts.ts"
import { useMayInvite } from "./account/may-invite.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { Dialog } from "./dialog.tsx"
import { TextField, UrlField, useField } from "./field.tsx"
import { lazily } from "./lazily.tsx"
import { openOverlay } from "./overlay.ts"
import { SignOut } from "./sign-out.tsx"

const lazyCrop = lazily(async () => (await import("./crop/crop-picture.tsx")).CropPicture)

export function ProfileDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const { identity } = client
  const t = laterTexts().profile
  const user = identity.user.value
  const account = client.isKnown ? identity.account.value : undefined
  const byToken = identity.claims.value?.username !== undefined
  const pictureByToken = identity.claims.value?.avatar !== undefined
  const mayInvite = useMayInvite(account)
  const [source, setSource] = useState<File>()
  // Files dropped or pasted here do not go into a message.
  useEffect(() => catchFiles(([file]) => file && !pictureByToken && setSource(file)), [pictureByToken])
  const name = useField(user?.username ?? "", problemOfUsername)
  const picture = useField(user?.avatar ?? "", (url) => (url === "" ? undefined : problemOfUrl(url)))
  const submit = (event: Event) => {
    event.preventDefault()
    const areGood = [name, picture].map((field) => field.check())
    if (areGood.includes(false)) return
    // An unknown picture that was not changed stays.
    const isTouched = picture.cleaned !== (user?.avatar ?? "")
    client.describe({ username: name.cleaned, avatar: isTouched ? picture.cleaned || null : user?.avatar })
    onClose()
  }
  if (source !== undefined) {
    const back = () => setSource(undefined)
    const use = (url: string) => {
      picture.onInput({ currentTarget: { value: url } })
      back()
    }
    return (
      <Dialog key="crop" title={t.picture} onClose={back}>
        <lazyCrop.View source={source} onApplied={use} onCancel={back} />
      </Dialog>
    )
  }
  return (
    <Dialog key="profile" title={t.title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <div class="preview">
          <Avatar id={identity.userId} name={name.text} picture={picture.cleaned} size="large" />
          {!pictureByToken && (
            <label class="button file-choice">
              {t.upload}
              <input
                type="file"
                accept="image/*"
                class="unseen"
                onChange={({ currentTarget }) => setSource(currentTarget.files?.[0])}
              />
            </label>
          )}
        </div>
        <TextField
          id="profile-name"
          label={t.name}
          hint={byToken ? t.nameByToken : t.nameHint}
          field={name}
          autocomplete="nickname"
          readOnly={byToken}
        />
        <UrlField
          id="profile-picture"
          label={t.picture}
          hint={pictureByToken ? t.pictureByToken : t.pictureHint}
          field={picture}
          readOnly={pictureByToken}
        />
        {account !== undefined && (
          <div class="ways-on">
            <button type="button" class="button" onClick={() => openOverlay({ kind: "account" })}>
              {laterTexts().account.title}
            </button>
            {mayInvite && (
              <button type="button" class="button" onClick={() => openOverlay({ kind: "invite" })}>
                {laterTexts().account.invite}
              </button>
            )}
            {account.role === "admin" && (
              <button type="button" class="button" onClick={() => openOverlay({ kind: "admin" })}>
                {laterTexts().account.admin}
              </button>
            )}
          </div>
        )}
        <div class="buttons">
          {identity.token !== undefined && <SignOut kind="button quiet" onSignOut={() => client.useToken(undefined)} />}
          <button type="submit" class="button primary">
            {t.save}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
