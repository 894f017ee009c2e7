/**
 * Why the server refused something, in the page's language: by the code together with the field or request, else by the
 * code alone. The server's own sentence is English and for developers: it is used only for codes of a newer server. No
 * other part of the page reads it.
 */
import { laterTexts } from "../texts/texts.ts"
import { isString } from "./kept.ts"

/** A refusal over a socket or HTTP; or a sentence, if the page itself refused. */
export type Refused =
  | string
  | { readonly code: string; readonly event?: string | undefined; readonly field?: string | undefined }

export function sentenceOf(refused: Refused): string {
  if (isString(refused)) return refused
  const { code, event, field } = refused
  const t: Readonly<Record<string, string>> = laterTexts().refused
  return t[`${field} ${code}`] ?? t[`${event} ${code}`] ?? t[code] ?? lastResort(refused)
}

function lastResort(refused: object): string {
  return "message" in refused && isString(refused.message) ? refused.message : laterTexts().refused.ERR_INTERNAL
}
