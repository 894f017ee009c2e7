/** Shown beside a name that others have as well. */
import { laterTexts } from "../texts/texts.ts"

export function Apart({ part }: { readonly part: string | undefined }) {
  return part === undefined ? null : <small>{laterTexts().people.id(part)}</small>
}
