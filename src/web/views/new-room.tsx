/** Makes a room and goes there. */
import { useState } from "preact/hooks"
import { problemOfRoomName } from "../core/checks.ts"
import type { Payload } from "../core/wire.ts"
import { go, pathOf } from "../navigation.ts"
import { useClient } from "./context.ts"
import { Dialog, Field } from "./dialog.tsx"

type Visibility = NonNullable<Payload<"create_room">["visibility"]>

const choices: readonly { readonly value: Visibility; readonly title: string; readonly text: string }[] = [
  { value: "public", title: "In the list", text: "Everybody on this server can find it." },
  { value: "unlisted", title: "By its link", text: "Only who has the link can come in." },
]

export interface NewRoomProps {
  readonly name: string
  readonly onClose: () => void
  readonly onCreated: () => void
}

export function NewRoom({ name: initialName, onClose, onCreated }: NewRoomProps) {
  const client = useClient()
  const [name, setName] = useState(initialName)
  const [visibility, setVisibility] = useState<Visibility>("public")
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: Event) => {
    event.preventDefault()
    const found = problemOfRoomName(name.trim())
    setProblem(found)
    if (found !== undefined || isBusy) return
    setBusy(true)
    const made = await client.create(name.trim(), visibility)
    setBusy(false)
    if ("code" in made) return setProblem(made.message)
    onClose()
    onCreated()
    go(pathOf(made.id))
  }
  return (
    <Dialog title="New room" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Field id="room-name" label="Name" hint="What it is about, in a word or two." problem={problem}>
          {({ id, describedBy }) => (
            <input
              id={id}
              aria-describedby={describedBy}
              aria-invalid={problem !== undefined}
              dir="auto"
              autocomplete="off"
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <fieldset class="choices">
          <legend>Who finds it</legend>
          {choices.map(({ value, title, text }) => (
            <label key={value} class="choice">
              <input
                type="radio"
                name="visibility"
                checked={visibility === value}
                onChange={() => setVisibility(value)}
              />
              <span>
                <strong>{title}</strong>
                <small>{text}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="buttons">
          <button type="submit" class="button primary" aria-busy={isBusy}>
            Make the room
          </button>
        </div>
      </form>
    </Dialog>
  )
}
