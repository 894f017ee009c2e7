/** Why a server did not answer. The runtime's own sentences give advice that helps nobody here, so its code is told. */
import { codeOf } from "../observe/operator-error.ts"

export function whyUnanswered(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return codeOf(cause) ?? text.replace(/\.$/, "")
}
