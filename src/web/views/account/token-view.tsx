/** The server needs a token: what that is, and where to enter it. */
import { tokenInText } from "../../core/token.ts"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Field, useField } from "../field.tsx"
import { Mark } from "../icons.tsx"
import { LanguageChoice } from "../language-choice.tsx"
import { unsentIn } from "../unsent-count.ts"

export function TokenView() {
  const client = useClient()
  const t = laterTexts().token
  const unsent = unsentIn(client)
  const hadOne = client.identity.token !== undefined
  const field = useField("", (text) => (tokenInText(text) === undefined ? t.problem : undefined))
  const submit = (event: Event) => {
    event.preventDefault()
    if (field.check()) client.useToken(tokenInText(field.cleaned))
  }
  return (
    <main class="gate">
      <form onSubmit={submit} noValidate>
        <Mark size={48} />
        <h1>{hadOne ? t.titleExpired : t.title}</h1>
        <p class="lead">{hadOne ? t.leadExpired : t.lead}</p>
        {unsent > 0 && <p class="lead">{laterTexts().unsent.signIn(unsent)}</p>}
        <Field id="token" label={t.field} hint={t.hint} problem={field.problem}>
          {({ id, describedBy }) => (
            <textarea
              id={id}
              class="code"
              rows={4}
              spellcheck={false}
              autocomplete="off"
              aria-describedby={describedBy}
              aria-invalid={field.problem !== undefined}
              value={field.text}
              ref={(input) => input?.focus()}
              onInput={field.onInput}
            />
          )}
        </Field>
        <button type="submit" class="button primary">
          {t.submit}
        </button>
        <LanguageChoice />
      </form>
    </main>
  )
}
