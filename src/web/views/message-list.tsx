/** The messages of a room as a list of rows, with the ways to what is new. */
import type { Signal } from "@preact/signals"
import type { Ref } from "preact"
import { useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import type { Room } from "../core/room.ts"
import { keyOf, type Row, type RowSource, rowAt, rowCount } from "../core/rows.ts"
import { VirtualList } from "../list/virtual-list.tsx"
import { texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { estimateOf } from "./estimate.ts"
import { DownIcon, UpIcon } from "./icons.tsx"
import { Intro } from "./intro.tsx"
import { MessageRow } from "./message-row.tsx"

export interface MessageListHandle {
  readonly showLatest: () => void
}

export interface MessageListProps {
  readonly room: Room
  readonly isAtEnd: Signal<boolean>
  readonly handle: Ref<MessageListHandle>
}

export function MessageList({ room, isAtEnd, handle }: MessageListProps) {
  const list = useRef<VirtualList>(null)
  const showLatest = () => list.current?.scrollToEnd()
  useImperativeHandle(handle, () => ({ showLatest }), [])
  const rows = useRows(room)
  const t = texts().messages
  useArrival(room, list)
  return (
    <div class="messages">
      <VirtualList
        handle={list}
        label={t.label(room.name.value)}
        count={rows.count}
        keyAt={rows.keyAt}
        estimateAt={rows.estimateAt}
        renderRow={(fromEnd) => {
          const row = rows.rowAt(fromEnd)
          return row === undefined ? (
            <Intro key="intro" room={room} />
          ) : (
            <MessageRow key={row.key} room={room} row={row} />
          )
        }}
        onNearStart={() => void room.feed.fetchOlder()}
        onAtEnd={(value) => {
          isAtEnd.value = value
        }}
      />
      <ToFirstNew room={room} list={list} />
      {!isAtEnd.value && (
        <button type="button" class="float to-latest" onClick={showLatest}>
          <DownIcon />
          {room.unread.value > 0 ? t.countNew(room.unread.value) : t.toLatest}
        </button>
      )}
    </div>
  )
}

/** The rows as the list counts them: from the end, and one more for the beginning of the room. */
function useRows(room: Room) {
  const { identity } = useClient()
  const { timeline } = room.feed
  const version = timeline.version.value
  const pending = room.sender.outbox.entries.value
  const notices = room.movements.notices.after.value
  const line = room.reading.line.value
  const { userId } = identity
  return useMemo(() => {
    const source: RowSource = { messages: timeline.messages, pending, notices, line, userId }
    const count = rowCount(source) + 1
    const row = (fromEnd: number): Row | undefined => rowAt(source, count - 2 - fromEnd)
    return {
      count,
      keyAt: (fromEnd: number) => keyOf(source, count - 2 - fromEnd) || "intro",
      estimateAt: (fromEnd: number) => estimateOf(source, count - 2 - fromEnd),
      rowAt: row,
    }
  }, [version, pending, notices, line, userId])
}

/** On arrival what is new comes into view, if it is there yet; otherwise the latest. */
function useArrival(room: Room, list: { readonly current: VirtualList | null }): void {
  const { timeline } = room.feed
  const isLoaded = timeline.version.value > 0
  useLayoutEffect(() => {
    if (!isLoaded) return
    const fromEnd = rowsAfterLine(room)
    if (fromEnd !== undefined) list.current?.reveal(fromEnd)
  }, [isLoaded])
}

/** Where the first new message stands, counted from the end; `undefined` when there is none, or it is not here yet. */
function rowsAfterLine(room: Room): number | undefined {
  const { timeline } = room.feed
  const line = room.reading.line.peek()
  if (line === undefined || isBeyond(room, line)) return undefined
  const after = timeline.messages.length - timeline.indexAfter(line)
  return after === 0 ? undefined : after - 1 + room.sender.outbox.entries.peek().length
}

function isBeyond(room: Room, line: number): boolean {
  const { first, hasOlder } = room.feed.timeline
  return hasOlder && first !== undefined && first.seq > line + 1
}

interface ToFirstNewProps {
  readonly room: Room
  readonly list: { readonly current: VirtualList | null }
}

/** When more came than was fetched, the way to where it begins. */
function ToFirstNew({ room, list }: ToFirstNewProps) {
  const [isBusy, setBusy] = useState(false)
  room.feed.timeline.version.value
  const line = room.reading.line.value
  if (line === undefined || (!isBusy && !isBeyond(room, line))) return null
  const go = async () => {
    setBusy(true)
    await room.feed.fetchBackTo(line)
    setBusy(false)
    const fromEnd = rowsAfterLine(room)
    if (fromEnd !== undefined) list.current?.reveal(fromEnd)
  }
  return (
    <button type="button" class="float to-new" aria-busy={isBusy} onClick={go}>
      <UpIcon />
      {isBusy ? texts().messages.goingBack : texts().messages.toFirstNew}
    </button>
  )
}
