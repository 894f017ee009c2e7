/** Why a server did not answer. The runtime's own messages give useless advice, so its code is shown. */
import { codeOf, reasonOf } from "../observe/operator-error.ts"

export function whyUnanswered(cause: unknown): string {
  const text = reasonOf(cause)
  return codeOf(cause) ?? text.replace(/\.$/, "")
}
