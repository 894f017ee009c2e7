/** The messages of a room as a list of rows, with buttons to the new ones. */
import { type Signal, useComputed, useSignalEffect } from "@preact/signals"
import type { Ref } from "preact"
import { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef } from "preact/hooks"
import type { Room } from "../core/room.ts"
import { VirtualList } from "../list/virtual-list.tsx"
import { address } from "../navigation.ts"
import { texts } from "../texts/texts.ts"
import { useClient, useSurroundings } from "./context.ts"
import { GapRow } from "./gap-row.tsx"
import { Guide } from "./guide.ts"
import { Intro } from "./intro.tsx"
import { lazily } from "./lazily.tsx"
import { linkedSeq } from "./linked-message.ts"
import { later, onceConnected } from "./load-later.ts"
import { MessageRow } from "./message-row.tsx"
import { type RoomRows, useRows } from "./room-rows.ts"

const lazyToFirstNew = lazily(async () => (await onceConnected()).ToFirstNew)
const lazyToLatest = lazily(async () => (await onceConnected()).ToLatest)
const lazyPlaying = lazily(async () => (await later()).PlayingApart)

export interface MessageListHandle {
  readonly showLatest: () => void
}

interface MessageListProps {
  readonly room: Room
  readonly isAtEnd: Signal<boolean>
  readonly handle: Ref<MessageListHandle>
}

export function MessageList({ room, isAtEnd, handle }: MessageListProps) {
  const list = useRef<VirtualList>(null)
  const rows = useRows(room)
  const guide = useMemo(() => new Guide(room, isAtEnd), [])
  const follow = () => guide.follow(list.current, rows.slots)
  const element = useActing(room, rows)
  useImperativeHandle(handle, () => ({ showLatest: () => guide.goToEnd() }), [])
  // Nothing can be fetched before the join, which brings the first page.
  useLayoutEffect(follow, [rows, room.isJoined])
  useReading(room, guide)
  useLinks(guide)
  useEditing(room, guide)
  useKeptPlace(room)
  return (
    <div class={`messages ${useClient().isKnown ? "of-members" : ""}`} ref={element}>
      <VirtualList
        handle={list}
        label={texts().messages.label(room.name.value)}
        count={rows.count}
        keyAt={rows.keyAt}
        estimateAt={rows.estimateAt}
        spaces={rows.spaces}
        spanAt={rows.spanAt}
        renderRow={(slot) => {
          const at = rows.at(slot)
          if (at.kind !== "message") return <Intro key="beginning" room={room} />
          return <MessageRow key={at.row.key} room={room} row={at.row} guide={guide} />
        }}
        renderSpace={(slot, heightPx) => <GapRow key={rows.keyAt(slot)} heightPx={heightPx} />}
        onReady={follow}
        onSight={(sight) => guide.saw(sight)}
        onHome={() => guide.goToStart()}
      />
      <lazyToFirstNew.View room={room} guide={guide} />
      <lazyPlaying.View />
      <lazyToLatest.View room={room} guide={guide} isAtEnd={isAtEnd} />
    </div>
  )
}

/** Messages that an attentive reader has seen completely count as read. */
function useReading(room: Room, guide: Guide): void {
  const { attention } = useSurroundings()
  useSignalEffect(() => {
    const seen = guide.seen.value
    if (attention.isHere.value && seen) room.reading.readTo(seen.last)
  })
}

/** A link to a message of the open room, and the way back. */
function useLinks(guide: Guide): void {
  useSignalEffect(() => guide.moved(address.value, linkedSeq()))
}

/** Actions, once they are loaded; without them messages can be read. */
function useActing(room: Room, rows: RoomRows) {
  const element = useRef<HTMLDivElement>(null)
  const latest = useRef(rows)
  latest.current = rows
  useEffect(() => {
    let end: (() => void) | undefined
    let isHere = true
    const begin = ({ followActing, ask, showAuthor }: Awaited<ReturnType<typeof later>>) => {
      const list = element.current
      if (!isHere || list === null) return
      end = followActing(
        list,
        (key) => ask(room, latest.current, key),
        (key) => showAuthor(room, key),
      )
    }
    later().then(begin, () => {})
    return () => {
      isHere = false
      end?.()
    }
  }, [])
  return element
}

/** The edited message may be further up. */
function useEditing(room: Room, guide: Guide): void {
  const messageId = useComputed(() => room.editing.current.value?.messageId)
  useSignalEffect(() => {
    const edited = messageId.value === undefined ? undefined : room.feed.timeline.find(messageId.value)
    if (edited && guide.isArrived.peek() && !isDrawn(edited.id)) guide.goTo({ seq: edited.seq, part: editingPart })
  })
}

const editingPart = 0.4

const isDrawn = (key: string): boolean => document.querySelector(`[data-key="${CSS.escape(key)}"]`) !== null

function useKeptPlace({ place }: Room): void {
  useEffect(() => {
    const keep = () => place.keep()
    addEventListener("pagehide", keep)
    return () => {
      removeEventListener("pagehide", keep)
      keep()
    }
  }, [place])
}
