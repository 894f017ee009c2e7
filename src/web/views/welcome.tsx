/** The first thing a newcomer sees: a name is all that is asked. */
import { problemOfUsername } from "../core/checks.ts"
import { texts } from "../texts/texts.ts"
import { ConnectionLine } from "./connection-line.tsx"
import { useClient } from "./context.ts"
import { Field, useField } from "./field.tsx"
import { Mark } from "./icons.tsx"
import { LanguageChoice } from "./language-choice.tsx"

export function Welcome() {
  const client = useClient()
  const t = texts().welcome
  const name = useField("", problemOfUsername)
  const submit = (event: Event) => {
    event.preventDefault()
    if (name.check()) client.describe({ username: name.cleaned, avatar: undefined })
  }
  return (
    <main class="gate">
      <form onSubmit={submit} noValidate>
        <Mark size={48} />
        <h1>{t.title}</h1>
        <p class="lead">{t.lead}</p>
        <Field id="name" label={t.name} hint={t.nameHint} problem={name.problem}>
          {({ id, describedBy }) => (
            <input
              id={id}
              aria-describedby={describedBy}
              aria-invalid={name.problem !== undefined}
              dir="auto"
              autocomplete="nickname"
              value={name.text}
              ref={(input) => input?.focus()}
              onInput={name.onInput}
            />
          )}
        </Field>
        <button type="submit" class="button primary">
          {t.submit}
        </button>
        <LanguageChoice />
        <ConnectionLine />
      </form>
    </main>
  )
}
