/** What these forms say before the server would refuse it. */
import { lengthOf } from "../../../contract/text.ts"
import { limits } from "../../core/limits.ts"
import { laterTexts } from "../../texts/texts.ts"

export const isGiven = (text: string): string | undefined => (text === "" ? laterTexts().account.empty : undefined)

export function problemOfLogin(login: string): string | undefined {
  if (login === "") return laterTexts().account.empty
  return lengthOf(login) > limits.loginLengthMax ? laterTexts().account.loginHint : undefined
}

export function problemOfNewPassword(password: string): string | undefined {
  const length = lengthOf(password)
  const isFit = length >= limits.passwordLengthMin && length <= limits.passwordLengthMax
  return isFit ? undefined : laterTexts().account.passwordHint
}
