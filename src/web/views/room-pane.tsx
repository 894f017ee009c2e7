/** The open room: who is here, what was said, and where to say something. */
import { useSignal, useSignalEffect } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { Room } from "../core/room.ts"
import { Composer } from "./composer.tsx"
import { useSurroundings } from "./context.ts"
import { isSpacious } from "./media.ts"
import { MessageList, type MessageListHandle } from "./message-list.tsx"
import { People } from "./people.tsx"
import { RoomGone } from "./room-gone.tsx"
import { RoomHeader } from "./room-header.tsx"
import { Strip } from "./strip.tsx"

export function RoomPane({ room }: { readonly room: Room }) {
  const { attention } = useSurroundings()
  const isAtEnd = useSignal(true)
  const arePeopleShown = useSignal(isSpacious.peek())
  const list = useRef<MessageListHandle>(null)
  useSignalEffect(() => room.watch(attention.isHere.value && isAtEnd.value))
  useEffect(() => () => room.watch(false), [])
  const phase = room.phase.value
  if (phase.kind === "missing" || phase.kind === "refused") return <RoomGone room={room} phase={phase} />
  return (
    <>
      <main class="pane">
        <RoomHeader room={room} arePeopleShown={arePeopleShown} />
        <MessageList room={room} isAtEnd={isAtEnd} handle={list} />
        <Strip room={room} />
        <Composer room={room} onSent={() => list.current?.showLatest()} />
      </main>
      {arePeopleShown.value && (
        <People
          room={room}
          onClose={() => {
            arePeopleShown.value = false
          }}
        />
      )}
    </>
  )
}
