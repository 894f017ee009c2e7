/** The forms of the entrance: their fields, one request at a time, and refusals shown at the field they concern. */

import type { ComponentChildren } from "preact"
import { useState } from "preact/hooks"
import { type Called, type CallName, type CallRefusal, call } from "../../core/account-calls.ts"
import { sentenceOf } from "../../core/sentence-of.ts"
import { laterTexts } from "../../texts/texts.ts"
import { type FieldState, Problem, TextField } from "../field.tsx"
import { Mark } from "../icons.tsx"
import { LanguageChoice } from "../language-choice.tsx"

interface Calling {
  readonly isBusy: boolean
  readonly problem: string | undefined
  /** The code of the refusal. */
  readonly refusal: string | undefined
  /** Resolves to the answer, or to undefined once the refusal is shown. */
  readonly send: <T>(name: CallName, body: object) => Promise<T | undefined>
}

/** For a form that makes no request. */
export const idle = { isBusy: false, problem: undefined }

/** `fields` by their names in the request. */
export function useCall(fields: Readonly<Record<string, FieldState>> = {}): Calling {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [refusal, setRefusal] = useState<string>()
  const send = async <T,>(name: CallName, body: object): Promise<T | undefined> => {
    if (isBusy) return undefined
    setBusy(true)
    setProblem(undefined)
    const answer: Called<T> = await call<T>(name, body)
    setBusy(false)
    if (answer.ok) return answer
    setRefusal(answer.error.code)
    const field = fields[answer.error.field ?? ""]
    if (field === undefined) setProblem(saidAbout(answer.error))
    else field.refuse(saidAbout(answer.error))
    return undefined
  }
  return { isBusy, problem, refusal, send }
}

export function saidAbout(refusal: CallRefusal): string {
  const said: Readonly<Record<string, string>> = laterTexts().account.refusals
  return said[refusal.code] ?? sentenceOf(refusal)
}

interface GateProps {
  readonly title: string
  readonly lead: string
  readonly submit: string
  readonly calling: Pick<Calling, "isBusy" | "problem">
  readonly onSubmit: () => void
  readonly children?: ComponentChildren
  /** Below the button. */
  readonly after?: ComponentChildren
}

export function Gate({ title, lead, submit, calling, onSubmit, children, after }: GateProps) {
  const send = (event: Event) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <main class="gate">
      <form onSubmit={send} noValidate>
        <Mark size={48} />
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {children}
        <Problem text={calling.problem} />
        <button type="submit" class="button primary" aria-busy={calling.isBusy}>
          {submit}
        </button>
        {after}
        <LanguageChoice />
      </form>
    </main>
  )
}

interface InputProps {
  readonly id: string
  readonly label: string
  readonly hint?: string
  readonly field: FieldState
  /** Where it is a password's, what is typed is not shown. */
  readonly autocomplete: "name" | "nickname" | "username" | "current-password" | "new-password" | "off"
  readonly isFirst?: boolean
}

export function Input({ id, label, hint, field, autocomplete, isFirst = false }: InputProps) {
  return (
    <TextField
      id={id}
      name={id}
      label={label}
      hint={hint}
      field={field}
      autocomplete={autocomplete}
      spellcheck={false}
      ref={isFirst ? focusOnce : nothing}
      autocapitalize={autocomplete === "username" ? "none" : "words"}
      {...(autocomplete.endsWith("password") && { type: "password" as const })}
    />
  )
}

/** Only once: later it would take the focus from the next field. */
function focusOnce(input: HTMLInputElement | null): void {
  if (input === null || seen.has(input)) return
  seen.add(input)
  input.focus()
}

const nothing = (): void => {}
const seen = new WeakSet<HTMLInputElement>()
