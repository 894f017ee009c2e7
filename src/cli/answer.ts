/**
 * What a server answers to a command, which may be Warren or anything else: no more of it is
 * read than Warren would say, and what is shown of it is cut, and steers no terminal.
 */
import { visible } from "../observe/visible.ts"
import { textOf } from "../server/http/body.ts"

/** More than Warren's longest, the description of its API. */
const bytesMax = 4 * 1024 * 1024
const shownLengthMax = 300

/** Empty for what is larger, which Warren does not say. */
export async function textIn(response: Response): Promise<string> {
  return (await textOf(response, bytesMax)) ?? ""
}

/** Of a JSON object; none of anything else. */
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
