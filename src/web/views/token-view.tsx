/** The server lets in only who has a token: what that is, and where to put it. */
import { useState } from "preact/hooks"
import { tokenInText } from "../core/token.ts"
import { useClient } from "./context.ts"
import { Field } from "./dialog.tsx"
import { Mark } from "./icons.tsx"

export function TokenView() {
  const client = useClient()
  const hadOne = client.identity.token !== undefined
  const [text, setText] = useState("")
  const [problem, setProblem] = useState<string>()
  const submit = (event: Event) => {
    event.preventDefault()
    const token = tokenInText(text)
    if (token === undefined) setProblem("This is not a token, nor a link that holds one.")
    else client.useToken(token)
  }
  return (
    <main class="gate">
      <form onSubmit={submit} noValidate>
        <Mark size={48} />
        <h1>{hadOne ? "Your access has ended" : "This Warren is for invited people"}</h1>
        <p class="lead">
          {hadOne
            ? "The token of this browser is no longer accepted. Ask whoever invited you for a new link, and open it or paste it here."
            : "Open the link that you were sent, or paste it here. If you have none, ask whoever runs this server."}
        </p>
        <Field id="token" label="Link or token" hint="It stays in this browser." problem={problem}>
          {({ id, describedBy }) => (
            <textarea
              id={id}
              class="code"
              rows={4}
              spellcheck={false}
              autocomplete="off"
              aria-describedby={describedBy}
              aria-invalid={problem !== undefined}
              value={text}
              ref={(input) => input?.focus()}
              onInput={(event) => setText(event.currentTarget.value)}
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
