/** Messages that hold certain words: in one room or in all of one's own, the newest first. A hit opens at its place. */
import { useEffect, useRef, useState } from "preact/hooks"
import type { Room } from "../core/room.ts"
import { describeMoment } from "../core/times.ts"
import type { Answer } from "../core/wire.ts"
import { go, pathOf } from "../navigation.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { Dialog } from "./dialog.tsx"
import { Segmented } from "./segmented.tsx"

type Hit = Answer<"search_messages">["hits"][number]

interface Found {
  readonly hits: readonly Hit[]
  readonly cursor: string | undefined
  readonly problem: string | undefined
}

const nothing: Found = { hits: [], cursor: undefined, problem: undefined }
const searchPauseMs = 250

export interface SearchDialogProps {
  readonly query: string
  /** To search in this one first. */
  readonly room: Room | undefined
  readonly onClose: () => void
}

export function SearchDialog({ query: initial, room, onClose }: SearchDialogProps) {
  const t = laterTexts().search
  const [query, setQuery] = useState(initial)
  const [scope, setScope] = useState<"room" | "all">(room === undefined ? "all" : "room")
  const { found, isBusy, more } = useHits(query.trim(), scope === "room" ? room : undefined)
  const open = ({ message }: Hit) => {
    onClose()
    go(pathOf(message.roomId, message.seq))
  }
  return (
    <Dialog title={t.title} onClose={onClose} kind="sheet">
      <div class="search">
        <input
          type="search"
          aria-label={t.label}
          placeholder={t.label}
          dir="auto"
          autocomplete="off"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        {room !== undefined && (
          <Segmented
            label={t.where}
            choices={["room", "all"] as const}
            nameOf={(choice) => (choice === "all" ? t.everywhere : room.name.value)}
            chosen={scope}
            onChosen={setScope}
          />
        )}
        <ul class="hits" aria-busy={isBusy}>
          {found.hits.map((hit) => (
            <li key={hit.message.id}>
              <button type="button" class="hit" onClick={() => open(hit)}>
                <Avatar
                  id={hit.message.userId}
                  name={hit.message.user.username}
                  picture={hit.message.user.avatar}
                  size="small"
                />
                <span class="hit-line">
                  <bdi>{hit.message.user.username}</bdi>
                  <small>
                    <bdi>{hit.roomName}</bdi> · {describeMoment(Date.parse(hit.message.createdAt), Date.now())}
                  </small>
                </span>
                <span class="hit-text" dir="auto">
                  <Marked hit={hit} />
                </span>
              </button>
            </li>
          ))}
        </ul>
        <p class={found.problem === undefined ? "hint" : "problem"} role="status">
          {found.problem ?? (query.trim() !== "" && !isBusy && found.hits.length === 0 ? t.none : "")}
        </p>
        {found.cursor !== undefined && (
          <button type="button" class="button quiet" onClick={more}>
            {texts().sidebar.more}
          </button>
        )}
      </div>
    </Dialog>
  )
}

function Marked({ hit: { excerpt, matches } }: { readonly hit: Hit }) {
  const parts = []
  let at = 0
  for (const [start, end] of matches) {
    parts.push(excerpt.slice(at, start), <mark key={start}>{excerpt.slice(start, end)}</mark>)
    at = end
  }
  return (
    <>
      {parts}
      {excerpt.slice(at)}
    </>
  )
}

/** A moment after the last key: one search at a time is all that a connection has. */
function useHits(query: string, room: Room | undefined) {
  const { connection, identity } = useClient()
  const [found, setFound] = useState(nothing)
  const [isBusy, setBusy] = useState(false)
  const latest = useRef(0)
  const ask = async (before: readonly Hit[], cursor: string | undefined) => {
    const turn = ++latest.current
    setBusy(true)
    const place = room === undefined ? {} : { roomId: room.id }
    const reply = await connection.request("search_messages", { query, userId: identity.userId, ...place, cursor })
    if (turn !== latest.current) return
    setBusy(false)
    if (reply.ok) setFound({ hits: [...before, ...reply.hits], cursor: reply.cursor, problem: undefined })
    else setFound({ hits: before, cursor: undefined, problem: reply.error.message })
  }
  useEffect(() => {
    latest.current++
    setBusy(false)
    if (query === "") {
      setFound(nothing)
      return
    }
    const timer = setTimeout(() => void ask([], undefined), searchPauseMs)
    return () => clearTimeout(timer)
  }, [query, room])
  return { found, isBusy, more: () => void ask(found.hits, found.cursor) }
}
