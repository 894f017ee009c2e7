/** Messages that hold certain words: in one room or in all of one's own, by anybody or one person, the newest first. A hit opens at its place. */
import { useEffect, useRef, useState } from "preact/hooks"
import type { Room } from "../core/room.ts"
import { describeMoment } from "../core/times.ts"
import type { Answer, Member } from "../core/wire.ts"
import { go, pathOf } from "../navigation.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { Dialog } from "./dialog.tsx"
import { SearchAuthor } from "./search-author.tsx"
import { SearchField } from "./search-field.tsx"
import { Segmented } from "./segmented.tsx"

type Hit = Answer<"search_messages">["hits"][number]

interface Found {
  readonly hits: readonly Hit[]
  readonly cursor: string | undefined
  readonly problem: string | undefined
}

const nothing: Found = { hits: [], cursor: undefined, problem: undefined }
const searchPauseMs = 250
/** A page may be empty and not the last: it ends with what it found in its time. */
const emptyPagesMax = 8

export interface SearchDialogProps {
  readonly query: string
  /** To search in this one first, and else in all. */
  readonly room: Room | undefined
  readonly onClose: () => void
}

export function SearchDialog({ query: initial, room: first, onClose }: SearchDialogProps) {
  const t = laterTexts().search
  const room = useClient().open.value
  const [query, setQuery] = useState(initial)
  const [scope, setScope] = useState<"room" | "all">(first === undefined ? "all" : "room")
  const [author, setAuthor] = useState<Member>()
  const wanted = { query: query.trim(), room: scope === "room" ? room : undefined, authorId: author?.userId }
  const { found, isBusy, more } = useHits(wanted)
  const isOver = isAsking(wanted) && !isBusy && found.cursor === undefined
  const open = ({ message }: Hit) => {
    onClose()
    go(pathOf(message.roomId, message.seq))
  }
  return (
    <Dialog title={t.title} onClose={onClose} kind="side">
      <div class="search">
        <SearchField label={t.label} value={query} onInput={setQuery} />
        {room !== undefined && (
          <Segmented
            label={t.where}
            choices={["room", "all"] as const}
            nameOf={(choice) => (choice === "all" ? t.everywhere : room.name.value)}
            chosen={scope}
            onChosen={setScope}
          />
        )}
        <SearchAuthor author={author} onChosen={setAuthor} />
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
          {found.problem ?? (isOver && found.hits.length === 0 ? t.none : "")}
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

interface Wanted {
  readonly query: string
  readonly room: Room | undefined
  readonly authorId: string | undefined
}

/** Nobody's every message is worth asking for; one person's are. */
const isAsking = ({ query, authorId }: Wanted) => query !== "" || authorId !== undefined

/** A moment after the last key: one search at a time is all that a connection has. */
function useHits({ query, room, authorId }: Wanted) {
  const { connection, identity } = useClient()
  const [found, setFound] = useState(nothing)
  const [isBusy, setBusy] = useState(false)
  const latest = useRef(0)
  const ask = async (before: readonly Hit[], from: string | undefined) => {
    const turn = ++latest.current
    setBusy(true)
    const wanted = { query, userId: identity.userId, roomId: room?.id, authorId }
    let cursor = from
    for (let page = 0; page < emptyPagesMax; page++) {
      const reply = await connection.request("search_messages", { ...wanted, cursor })
      if (turn !== latest.current) return
      if (!reply.ok) {
        setFound({ hits: before, cursor: undefined, problem: reply.error.message })
        break
      }
      setFound({ hits: [...before, ...reply.hits], cursor: reply.cursor, problem: undefined })
      cursor = reply.cursor
      if (cursor === undefined || reply.hits.length > 0) break
    }
    setBusy(false)
  }
  useEffect(() => {
    latest.current++
    setBusy(false)
    if (!isAsking({ query, room, authorId })) {
      setFound(nothing)
      return
    }
    const timer = setTimeout(() => void ask([], undefined), searchPauseMs)
    return () => clearTimeout(timer)
  }, [query, room, authorId])
  return { found, isBusy, more: () => void ask(found.hits, found.cursor) }
}
