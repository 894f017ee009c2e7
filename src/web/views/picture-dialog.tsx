/** Asks for the address of a picture, and shows it before it is sent. */
import { useState } from "preact/hooks"
import { problemOfUrl } from "../core/checks.ts"
import { texts } from "../texts/texts.ts"
import { Dialog, Field } from "./dialog.tsx"
import { Picture } from "./picture.tsx"

export interface PictureDialogProps {
  readonly onClose: () => void
  readonly onChosen: (url: string) => void
}

export function PictureDialog({ onClose, onChosen }: PictureDialogProps) {
  const [text, setText] = useState("")
  const [problem, setProblem] = useState<string>()
  const url = text.trim()
  const t = texts().pictureDialog
  const submit = (event: Event) => {
    event.preventDefault()
    const found = problemOfUrl(url)
    setProblem(found)
    if (found !== undefined) return
    onChosen(url)
    onClose()
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Field id="picture-url" label={t.field} hint={t.hint} problem={problem}>
          {({ id, describedBy }) => (
            <input
              id={id}
              aria-describedby={describedBy}
              aria-invalid={problem !== undefined}
              type="url"
              inputMode="url"
              placeholder="https://"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
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
