/** A list that the server is asked for when it is shown, and again after something was done about it. */

import { useEffect, useState } from "preact/hooks"
import { type Refused, sentenceOf } from "../../core/sentence-of.ts"

export interface Asked<T> {
  readonly found: T | undefined
  readonly problem: string | undefined
  readonly again: () => Promise<void>
  /** Does something about it, and then asks again; what is refused is told. */
  readonly act: (
    done: Promise<{ readonly ok: true } | { readonly ok: false; readonly error: Refused }>,
  ) => Promise<void>
}

export function useAsked<T extends object>(
  ask: () => Promise<({ readonly ok: true } & T) | { readonly ok: false; readonly error: Refused }>,
  /** Of what is asked for: another one is asked for at once. */
  key = "",
): Asked<T> {
  const [found, setFound] = useState<T>()
  const [problem, setProblem] = useState<string>()
  const again = async () => {
    const answer = await ask()
    if (answer.ok) setFound(answer)
    setProblem(answer.ok ? undefined : sentenceOf(answer.error))
  }
  const act: Asked<T>["act"] = async (done) => {
    setProblem(undefined)
    const answer = await done
    if (answer.ok) await again()
    else setProblem(sentenceOf(answer.error))
  }
  useEffect(() => void again(), [key])
  return { found, problem, again, act }
}
