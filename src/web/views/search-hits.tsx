/** The hits of a search. Opening one shows it at its place, and marks it as the last one opened. */

import type { Hit, Searching } from "../core/searching.ts"
import { sentenceOf } from "../core/sentence-of.ts"
import { describeMoment } from "../core/times.ts"
import { laterTexts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"
import { stopsAt } from "./through.ts"

const lazyLine = lazily(async () => (await onceConnected()).HitLine)

interface SearchHitsProps {
  readonly searching: Searching
  readonly onOpen: (hit: Hit) => void
}

export function SearchHits({ searching, onOpen }: SearchHitsProps) {
  const t = laterTexts().search
  const hits = searching.hits.value
  const isBusy = searching.isBusy.value
  const problem = searching.problem.value
  const isOver = searching.isAsking.value && !isBusy && !searching.hasMore.value
  const summary = hits.length === 0 ? "" : isOver ? laterTexts().find.found(hits.length) : t.newest
  const more = async () => {
    const last = lastHit()
    await searching.more()
    // Where the focus continues, unless one went elsewhere meanwhile.
    if (document.activeElement?.matches(".more, body")) hitAfter(last)?.focus()
  }
  return (
    <>
      <p class={problem === undefined ? "hint" : "problem"} role="status">
        {(problem && sentenceOf(problem)) ?? (isOver && hits.length === 0 ? t.none : summary)}
      </p>
      <div class="hits-scroll">
        <ul class="hits" aria-busy={isBusy} aria-label={t.results}>
          {hits.map((hit) => (
            <li key={hit.message.id}>
              <HitButton hit={hit} isCurrent={hit.message.id === searching.current.value} onOpen={() => onOpen(hit)} />
            </li>
          ))}
        </ul>
        {searching.hasMore.value && (
          <button type="button" class="button quiet more" aria-busy={isBusy} onClick={() => void more()}>
            {laterTexts().otherRooms.more}
          </button>
        )}
      </div>
    </>
  )
}

interface HitButtonProps {
  readonly hit: Hit
  readonly isCurrent: boolean
  readonly onOpen: () => void
}

function HitButton({ hit, isCurrent, onOpen }: HitButtonProps) {
  const { userId, user, createdAt, roomId } = hit.message
  // A direct room is named after the others in it.
  const room = useClient().find(roomId)?.name.value || hit.roomName
  return (
    <button type="button" class="hit" aria-current={isCurrent || undefined} onClick={onOpen}>
      <Avatar id={userId} name={user.username} picture={user.avatar} size="small" />
      <span class="hit-line">
        <bdi>{user.username}</bdi>
        <small>
          <bdi>{room}</bdi> · {describeMoment(Date.parse(createdAt), Date.now())}
        </small>
      </span>
      <span class="hit-text" dir="auto">
        <lazyLine.View hit={hit} waiting={<span>{hit.excerpt}</span>} />
      </span>
    </button>
  )
}

const lastHit = (): HTMLElement | undefined => stopsAt(".hits-scroll .hit").at(-1)

/** The first one after that. */
function hitAfter(last: HTMLElement | undefined): HTMLElement | undefined {
  const all = stopsAt(".hits-scroll .hit")
  return last && all[all.indexOf(last) + 1]
}
