/** Messages in one line, as they are read: in the list of rooms, among what was found, and wherever else a line stands for one. */
import type { Hit } from "../core/searching.ts"
import type { Latest } from "../core/standing.ts"
import { partsOf, readOf } from "../markdown/read.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"

export function ReadLine({ line }: { readonly line: string }) {
  return <>{readOf(line)}</>
}

export function LastLine({ latest: { userId, username, excerpt } }: { readonly latest: Latest }) {
  const { identity, renamed } = useClient()
  const t = laterTexts().alerts
  const name = renamed.value.get(userId)?.username ?? username
  const line = readOf(excerpt)
  return <>{userId === identity.userId ? t.lastLineMine(line) : t.lastLine(name, line)}</>
}

export function HitLine({ hit: { excerpt, matches } }: { readonly hit: Hit }) {
  return <>{partsOf(excerpt, matches).map(({ text, isFound }) => (isFound ? <mark>{text}</mark> : text))}</>
}
