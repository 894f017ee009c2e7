/** The first thing a newcomer sees: a name is all that is asked. */
import { useState } from "preact/hooks"
import { problemOfUsername } from "../core/checks.ts"
import { useClient } from "./context.ts"
import { Field } from "./dialog.tsx"
import { Mark } from "./icons.tsx"

export function Welcome() {
  const client = useClient()
  const [name, setName] = useState("")
  const [problem, setProblem] = useState<string>()
  const submit = (event: Event) => {
    event.preventDefault()
    const found = problemOfUsername(name.trim())
    setProblem(found)
    if (found === undefined) client.describe({ username: name.trim(), avatar: undefined })
  }
  return (
    <main class="gate">
      <form onSubmit={submit} noValidate>
        <Mark size={48} />
        <h1>Welcome to Warren</h1>
        <p class="lead">Rooms to talk in, one door away from each other. What shall we call you?</p>
        <Field id="name" label="Your name" hint="Others see it beside what you write." problem={problem}>
          {({ id, describedBy }) => (
            <input
              id={id}
              aria-describedby={describedBy}
              aria-invalid={problem !== undefined}
              dir="auto"
              autocomplete="nickname"
              value={name}
              ref={(input) => input?.focus()}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <button type="submit" class="button primary">
          Come in
        </button>
      </form>
    </main>
  )
}
