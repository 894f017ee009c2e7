/** Messages in one line of plain text: in the list of rooms, in search hits, and elsewhere. */
import type { ComponentChildren, VNode } from "preact"
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
  readonly room: Room
  readonly isOpen: boolean
}

/** What one left there oneself comes first, unless one sees it in the open room. */
export function LastLine({ room, isOpen }: LastLineProps) {
  const left = isOpen ? undefined : leftIn(room)
  if (left !== undefined) return left
  const latest = room.standing.latest.value
  return latest === undefined ? null : <SaidLine room={room} latest={latest} />
}

function leftIn({ sender, draft }: Room): VNode | undefined {
  const refused = sender.outbox.entries.value.filter(({ refusal }) => refusal !== undefined).length
  if (refused > 0) return <span class="left-here">{laterTexts().unsent.title(refused)}</span>
  const text = draft.text.value.trim()
  return text === "" ? undefined : <DraftLine draft={text} />
}

function SaidLine({ room, latest: { userId, username, excerpt } }: { readonly room: Room; readonly latest: Latest }) {
  const { identity, renamed } = useClient()
  const t = laterTexts().alerts
  const line = readOf(excerpt)
  if (userId === identity.userId)
    return (
      <Line line={line}>
        <span>{t.me}</span>
      </Line>
    )
  // Of two people only the other one is left, after whom the room is named.
  if (userId === room.peer?.userId) return <Line line={line} />
  return (
    <Line line={line}>
      <span class="said-by">
        <bdi>{renamed.value.get(userId)?.username ?? username}</bdi>
        {t.afterAuthor}
      </span>
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
function Line({ line, children }: { readonly line: string; readonly children?: ComponentChildren }) {
  return (
    <span class="one-line">
      {children} <bdi>{line}</bdi>
    </span>
  )
}

export function HitLine({ hit: { excerpt, matches } }: { readonly hit: Hit }) {
  return <>{partsOf(excerpt, matches).map(({ text, isFound }) => (isFound ? <mark>{text}</mark> : text))}</>
}
