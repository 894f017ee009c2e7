/** The open room: the people, the messages, and the composer. */
import { effect, untracked, useSignal, useSignalEffect } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { Room } from "../core/room.ts"
import { Composer } from "./composer.tsx"
import { useSurroundings } from "./context.ts"
import { lazily } from "./lazily.tsx"
import { lit } from "./lit.ts"
import { later } from "./load-later.ts"
import { isSpacious } from "./media.ts"
import { MessageList, type MessageListHandle } from "./message-list.tsx"
import { search } from "./overlay.ts"
import { RoomHeader } from "./room-header.tsx"
import { Strip } from "./strip.tsx"

const lazyGone = lazily(async () => (await later()).RoomGone)
const lazyPanel = lazily(async () => (await later()).RoomPanel)
/** Reserves space, so the room does not move when it appears. */
const panelSpace = <aside class="panel space" />

export function RoomPane({ room }: { readonly room: Room }) {
  const { attention } = useSurroundings()
  const isAtEnd = useSignal(false)
  const panel = usePanel(room)
  const list = useRef<MessageListHandle>(null)
  useEffect(() => {
    // At once: after the next frame, which a page in the background waits long for, new messages would count as read.
    const end = effect(() => {
      // What is being edited stays where it is, and what comes meanwhile is below it.
      const isWatched = attention.isHere.value && isAtEnd.value && room.editing.current.value === undefined
      untracked(() => room.watch(isWatched))
    })
    return () => {
      end()
      room.watch(false)
    }
  }, [])
  const phase = room.joining.phase.value
  if (phase.kind === "missing" || phase.kind === "refused") return <lazyGone.View room={room} phase={phase} />
  return (
    <>
      <main class="pane">
        <RoomHeader room={room} isPanelShown={panel.isShown} onPanel={() => panel.show(!panel.isShown)} />
        <MessageList room={room} isAtEnd={isAtEnd} handle={list} />
        <Strip room={room} />
        <Composer room={room} onSent={() => list.current?.showLatest()} />
      </main>
      {panel.isShown && <lazyPanel.View room={room} waiting={panelSpace} onClose={() => panel.show(false)} />}
    </>
  )
}

/**
 * Beside the room its state is kept, in every room, and it gives way to a search; over the room, it is shown while
 * needed.
 */
function usePanel(room: Room) {
  const { hasPanel } = useSurroundings().preferences
  const isOver = useSignal(false)
  const show = (isShown: boolean) => {
    if (!isShown) lit.value = undefined
    if (isSpacious.peek()) {
      hasPanel.set(isShown)
      search.value = undefined
    } else isOver.value = isShown
  }
  useSignalEffect(() => {
    // It is beside the room now, and does not cover what is opened meanwhile.
    if (isSpacious.value) isOver.value = false
  })
  useSignalEffect(() => {
    if (lit.value?.roomId === room.id) untracked(() => show(true))
  })
  return { isShown: isSpacious.value ? hasPanel.value && !search.value : isOver.value, show }
}
