/** Why a server did not answer. The runtime's own sentences give advice that helps nobody here, so its code is told. */
import { codeOf, reasonOf } from "../observe/operator-error.ts"

export function whyUnanswered(cause: unknown): string {
  const text = reasonOf(cause)
  return codeOf(cause) ?? text.replace(/\.$/, "")
}
