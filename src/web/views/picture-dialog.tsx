/** Asks for the address of a picture, and shows it before it is sent. */
import { useState } from "preact/hooks"
import { problemOfUrl } from "../core/checks.ts"
import { offerFiles } from "../files.ts"
import { laterTexts } from "../texts/texts.ts"
import { Dialog } from "./dialog.tsx"
import { UrlField, useField } from "./field.tsx"
import { Picture } from "./picture.tsx"
import { takeTyped } from "./waiting.tsx"

interface PictureDialogProps {
  readonly onClose: () => void
  readonly onChosen: (url: string) => void
}

export function PictureDialog({ onClose, onChosen }: PictureDialogProps) {
  const [typed] = useState(takeTyped)
  const field = useField(typed, problemOfUrl)
  const url = field.cleaned
  const t = laterTexts().pictureDialog
  const submit = (event: Event) => {
    event.preventDefault()
    if (!field.check()) return
    onChosen(url)
    onClose()
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <label class="button file-choice">
        {laterTexts().files.choose}
        <input
          type="file"
          multiple
          class="unseen"
          onChange={({ currentTarget }) => {
            offerFiles(currentTarget.files ?? [])
            onClose()
          }}
        />
      </label>
      <form onSubmit={submit} noValidate>
        <UrlField id="picture-url" label={t.field} hint={t.hint} field={field} />
        {problemOfUrl(url) === undefined && <Picture key={url} url={url} />}
        <div class="buttons">
          <button type="submit" class="button primary">
            {t.submit}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
