/**
 * A server's answer to a command. The server may be Warren or anything else, so no more of
 * it is read than Warren would send, and what is shown is shortened and cannot control the
 * terminal.
 */
import { visible } from "../observe/visible.ts"
import { textOf } from "../server/http/body.ts"

/** Larger than Warren's largest answer, the description of its API. */
const bytesMax = 4 * 1024 * 1024
const shownLengthMax = 300

/** Empty for a larger answer, which is not Warren's. */
export async function textIn(response: Response): Promise<string> {
  return (await textOf(response, bytesMax)) ?? ""
}

/** The fields of a JSON object; none for anything else. */
export async function fieldsIn(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await textIn(response)
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

export function shown(text: string): string {
  return visible(text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text)
}
