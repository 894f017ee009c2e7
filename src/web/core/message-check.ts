/** What keeps a text from being sent as a message. */
import { hasSomethingVisible, lengthOf } from "../../contract/visible.ts"
import { limits } from "./limits.ts"

export function problemOfMessage(text: string): "empty" | "long" | undefined {
  if (!hasSomethingVisible(text)) return "empty"
  return lengthOf(text) > limits.contentLengthMax ? "long" : undefined
}
