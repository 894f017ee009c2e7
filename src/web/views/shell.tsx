/** The list of rooms and the open one: side by side where there is space, else one at a time. */
import { useSignalEffect } from "@preact/signals"
import { useRef } from "preact/hooks"
import type { ListedRoom } from "../core/wire.ts"
import { go, pathOf, roomInAddress } from "../navigation.ts"
import { useClient } from "./context.ts"
import { isWide } from "./media.ts"
import { NoRoom } from "./no-room.tsx"
import { RoomPane } from "./room-pane.tsx"
import { Sidebar } from "./sidebar.tsx"

export function Shell() {
  const client = useClient()
  useEntrance()
  const room = client.open.value
  return (
    <div class={`shell ${room ? "in-room" : ""}`}>
      <Sidebar />
      {room ? <RoomPane key={room.id} room={room} /> : <NoRoom />}
    </div>
  )
}

/**
 * Opens a room at the start: the last one, or for a newcomer the room where everybody is. If the list is a view of its
 * own, it stays behind that room, so a phone's Back leads there and does not leave the page.
 */
function useEntrance(): void {
  const client = useClient()
  const isNewcomer = useRef(client.rooms.value.length === 0)
  useSignalEffect(() => {
    if (roomInAddress() !== undefined) return
    const listed = client.directory.rooms.value
    const [last, another] = client.rooms.value.filter(({ joining }) => !joining.isBarred)
    const first = last ?? entranceOf(listed)
    // An identified person may be new only to this browser, and have rooms to choose from.
    const isNew = isNewcomer.current && (!client.isKnown || client.isAdmin.value !== undefined)
    if (last !== undefined && isWide.value) go(pathOf(last.id), { replace: true })
    else if (isNew && first !== undefined) {
      isNewcomer.current = false
      if (another === undefined) go(pathOf(first.id), { replace: isWide.value })
    }
  })
}

/** The name of the room that the server creates in an empty folder. */
const firstRoomName = "General"

/** The room where everybody is, or the one with the latest message: the list begins with the newest. */
function entranceOf(rooms: readonly ListedRoom[]): ListedRoom | undefined {
  const isFirst = ({ name }: ListedRoom) => name === firstRoomName
  return rooms.find(isFirst) ?? rooms.find(({ lastMessageAt }) => lastMessageAt !== null) ?? rooms[0]
}
