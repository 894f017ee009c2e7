/** What these forms say before the server would refuse. */
import { lengthOf } from "../../../contract/text.ts"
import { laterLimits } from "../../core/later-limits.ts"
import { laterTexts } from "../../texts/texts.ts"

export const isGiven = (text: string): string | undefined => (text === "" ? laterTexts().account.empty : undefined)

export function problemOfLogin(login: string): string | undefined {
  if (login === "") return laterTexts().account.empty
  return lengthOf(login) > laterLimits.loginLengthMax ? laterTexts().account.loginHint : undefined
}

/** The suggested login for a name: ann.lee for "Ann Lee". */
export function loginOf(name: string): string {
  const letters = name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s._@+-]/gu, "")
  const login = letters
    .trim()
    .replace(/\s+/g, ".")
    .replace(/^[^\p{L}\p{N}]+/u, "")
  return [...login].slice(0, laterLimits.loginLengthMax).join("")
}

export function problemOfNewPassword(password: string): string | undefined {
  const length = lengthOf(password)
  const isFit = length >= laterLimits.passwordLengthMin && length <= laterLimits.passwordLengthMax
  return isFit ? undefined : laterTexts().account.passwordHint
}
