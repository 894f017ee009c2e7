/** What is typed into a field of a form. What is wrong with it is told when it is sent, and until it is changed. */
import { useState } from "preact/hooks"
import { cleanedLine } from "../core/cleaning.ts"

export interface FieldState {
  readonly text: string
  /** As it is sent. */
  readonly cleaned: string
  readonly problem: string | undefined
  readonly refuse: (problem: string) => void
  /** Whether it may be sent; otherwise it says why not. */
  readonly check: () => boolean
  readonly onInput: (event: { readonly currentTarget: { readonly value: string } }) => void
}

export function useField(initial: string, problemOf: (cleaned: string) => string | undefined): FieldState {
  const [text, setText] = useState(initial)
  const [problem, setProblem] = useState<string>()
  const cleaned = cleanedLine(text)
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
