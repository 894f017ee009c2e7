/** The text of a form's field. A problem is shown when the form is sent, until the text changes. */
import type { ComponentChildren, ComponentProps } from "preact"
import { useState } from "preact/hooks"
import { cleanedLine } from "../core/cleaning.ts"

export interface FieldState {
  readonly text: string
  /** As it will be sent. */
  readonly cleaned: string
  readonly problem: string | undefined
  readonly refuse: (problem: string) => void
  /** Whether it may be sent; otherwise shows why not. */
  readonly check: () => boolean
  readonly onInput: (event: { readonly currentTarget: { readonly value: string } }) => void
}

type ProblemOf = (cleaned: string) => string | undefined

export function useField(initial: string, problemOf: ProblemOf): FieldState {
  return useText(initial, problemOf, cleanedLine)
}

/** In a password every character counts, also a space at its end. */
export function useRawField(problemOf: ProblemOf): FieldState {
  return useText("", problemOf, (text) => text)
}

function useText(initial: string, problemOf: ProblemOf, clean: (text: string) => string): FieldState {
  const [text, setText] = useState(initial)
  const [problem, setProblem] = useState<string>()
  const cleaned = clean(text)
  return {
    text,
    cleaned,
    problem,
    refuse: setProblem,
    check: () => {
      const found = problemOf(cleaned)
      setProblem(found)
      return found === undefined
    },
    onInput: ({ currentTarget: { value } }) => {
      setText(value)
      setProblem(undefined)
    },
  }
}

interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly problem?: string | undefined
  readonly children: (ids: { readonly id: string; readonly describedBy: string }) => ComponentChildren
  readonly id: string
}

type TextFieldProps = ComponentProps<"input"> &
  Omit<FieldProps, "problem" | "children"> & { readonly field: Pick<FieldState, "text" | "problem" | "onInput"> }

/** A labelled field of one line. All other properties are those of its `<input>`. */
export function TextField({ id, label, hint, field: { text, problem, onInput }, ...own }: TextFieldProps) {
  return (
    <Field id={id} label={label} hint={hint} problem={problem}>
      {({ describedBy }) => (
        <input
          id={id}
          aria-describedby={describedBy}
          aria-invalid={problem !== undefined}
          dir={own.type === undefined ? "auto" : undefined}
          value={text}
          onInput={onInput}
          {...own}
        />
      )}
    </Field>
  )
}

export function UrlField(props: Pick<TextFieldProps, "id" | "label" | "hint" | "field" | "readOnly">) {
  return <TextField type="url" inputMode="url" placeholder="https://" dir="ltr" {...props} />
}

/** A labelled field with a hint, or with what is wrong with it. */
export function Field({ id, label, hint, problem, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, describedBy: `${id}-hint` })}
      <p id={`${id}-hint`} class={problem ? "problem" : "hint"} role={problem ? "alert" : undefined}>
        {problem ?? hint}
      </p>
    </div>
  )
}

/** What went wrong, if anything did. Screen readers say it at once. */
export function Problem({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return null
  return (
    <p class="problem" role="alert">
      {text}
    </p>
  )
}
