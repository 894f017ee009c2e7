/** Creates a room and opens it. */

import { useMemo, useState } from "preact/hooks"
import { problemOfRoomName } from "../core/checks.ts"
import { newUuid } from "../core/ids.ts"
import { createRoom } from "../core/room-calls.ts"
import { sentenceOf } from "../core/sentence-of.ts"
import type { Payload } from "../core/wire.ts"
import { go, pathOf } from "../navigation.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { Dialog } from "./dialog.tsx"
import { TextField, useField } from "./field.tsx"

type Visibility = NonNullable<Payload<"create_room">["visibility"]>

/** A private room needs a server that identifies people. */
const choices = ["public", "unlisted", "private"] as const satisfies readonly Visibility[]

interface NewRoomProps {
  readonly name: string
  readonly onClose: () => void
}

export function NewRoom({ name: initialName, onClose }: NewRoomProps) {
  const client = useClient()
  const t = laterTexts().newRoom
  const name = useField(initialName, problemOfRoomName)
  const [visibility, setVisibility] = useState<Visibility>("public")
  const [isBusy, setBusy] = useState(false)
  // Of one room that is wished for, however often it is asked for.
  const requestId = useMemo(newUuid, [name.cleaned, visibility])
  const submit = async (event: Event) => {
    event.preventDefault()
    if (!name.check() || isBusy) return
    setBusy(true)
    const made = await createRoom(client, { name: name.cleaned, visibility, requestId })
    setBusy(false)
    if ("code" in made) return name.refuse(sentenceOf(made))
    void client.directory.refresh()
    onClose()
    go(pathOf(made.id))
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <TextField id="room-name" label={t.name} hint={t.nameHint} field={name} autocomplete="off" />
        <fieldset class="choices">
          <legend>{t.visibility}</legend>
          {choices
            .filter((value) => client.isKnown || value !== "private")
            .map((value) => (
              <label key={value} class="choice">
                <input
                  type="radio"
                  name="visibility"
                  checked={visibility === value}
                  onChange={() => setVisibility(value)}
                />
                <span>
                  <strong>{t[value]}</strong>
                  <small>{t[`${value}Text`]}</small>
                </span>
              </label>
            ))}
        </fieldset>
        <div class="buttons">
          <button type="submit" class="button primary" aria-busy={isBusy}>
            {t.submit}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
