/** The open room: who is here, what was said, and where to say something. */
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
/** So that the room does not move when it comes. */
const panelSpace = <aside class="panel space" />

export function RoomPane({ room }: { readonly room: Room }) {
  const { attention } = useSurroundings()
  const isAtEnd = useSignal(false)
  const panel = usePanel(room)
  const list = useRef<MessageListHandle>(null)
  useEffect(() => {
    // At once: after the next frame, which a page behind others waits long for, what came until then would be read.
    const end = effect(() => {
      const isWatched = attention.isHere.value && isAtEnd.value
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

/** Beside the room it stays as it was left, in every room, and gives way to a search; over it, it is there while it is needed. */
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
    // It is beside the room now, and comes over nothing that is opened meanwhile.
    if (isSpacious.value) isOver.value = false
  })
  useSignalEffect(() => {
    if (lit.value?.roomId === room.id) untracked(() => show(true))
  })
  return { isShown: isSpacious.value ? hasPanel.value && !search.value : isOver.value, show }
}
