/** A list that is fetched when it is shown, and again after a change. */

import { useEffect, useState } from "preact/hooks"
import { type Refused, sentenceOf } from "../../core/sentence-of.ts"

export interface Asked<T> {
  readonly found: T | undefined
  readonly problem: string | undefined
  readonly again: () => Promise<void>
  /** Makes a change, and then fetches again; a refusal is shown. */
  readonly act: (
    done: Promise<{ readonly ok: true } | { readonly ok: false; readonly error: Refused }>,
  ) => Promise<void>
}

export function useAsked<T extends object>(
  ask: () => Promise<({ readonly ok: true } & T) | { readonly ok: false; readonly error: Refused }>,
  /** What is fetched: when it changes, it is fetched at once. */
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
