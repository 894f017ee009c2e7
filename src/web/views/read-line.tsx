/** Messages in one line of plain text: in the list of rooms, in search hits, and elsewhere. */
import type { ComponentChildren } from "preact"
import { excerptOf } from "../core/excerpt.ts"
import type { Room } from "../core/room.ts"
import type { Hit } from "../core/searching.ts"
import type { Latest } from "../core/standing.ts"
import { partsOf, readOf } from "../markdown/read.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"

export function ReadLine({ line }: { readonly line: string }) {
  return <>{readOf(line)}</>
}

interface LastLineProps {
  readonly latest: Latest
  /** In a room that is not open, one's own draft comes first. */
  readonly room: Room | undefined
}

export function LastLine({ latest: { userId, username, excerpt }, room }: LastLineProps) {
  const { identity, renamed } = useClient()
  const t = laterTexts().alerts
  const refused = room?.sender.outbox.entries.value.filter(({ refusal }) => refusal !== undefined).length ?? 0
  if (refused > 0) return <span class="left-here">{laterTexts().unsent.title(refused)}</span>
  const draft = room?.draft.text.value.trim() ?? ""
  if (draft !== "") return <DraftLine draft={draft} />
  const name = renamed.value.get(userId)?.username ?? username
  const line = readOf(excerpt)
  return (
    <Line line={line}>
      <span class="said-by">{userId === identity.userId ? t.me : t.author(name)}</span>
    </Line>
  )
}

function DraftLine({ draft }: { readonly draft: string }) {
  const line = readOf(excerptOf({ type: "text", content: draft }))
  return (
    <Line line={line}>
      <b class="left-here">{laterTexts().rooms.draft}</b>
    </Line>
  )
}

/** In its own direction, so it is shortened at its end, in any page direction. */
function Line({ line, children }: { readonly line: string; readonly children: ComponentChildren }) {
  return (
    <span class="one-line">
      {children} <bdi>{line}</bdi>
    </span>
  )
}

export function HitLine({ hit: { excerpt, matches } }: { readonly hit: Hit }) {
  return <>{partsOf(excerpt, matches).map(({ text, isFound }) => (isFound ? <mark>{text}</mark> : text))}</>
}
