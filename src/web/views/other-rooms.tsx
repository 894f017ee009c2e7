/** Public rooms: those one is not in, or all of them for administrators. */

import { describeAge } from "../core/age.ts"
import type { Directory } from "../core/directory.ts"
import { onlineListed } from "../core/is-here.ts"
import type { ListedRoom } from "../core/wire.ts"
import { pathOf } from "../navigation.ts"
import { laterTexts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { UnreadBeyond } from "./unread-beyond.tsx"

export function OtherRooms() {
  const client = useClient()
  const { directory } = client
  const others = directory.rooms.value.filter(({ id }) => !client.find(id)?.name.value)
  const t = laterTexts().otherRooms
  const hereIn = (room: ListedRoom) => {
    const count = onlineListed(room, client)
    return count > 0 ? laterTexts().room.online(count) : undefined
  }
  return (
    <>
      <section aria-busy={directory.state.value.kind === "loading"}>
        {others.length > 0 && <h2>{t.title}</h2>}
        <ListedRooms directory={directory} rooms={others} hereIn={hereIn} />
      </section>
      <UnreadBeyond />
    </>
  )
}

interface ListedRoomsProps {
  readonly directory: Directory
  /** Those that are shown. */
  readonly rooms: readonly ListedRoom[]
  /** The text about who is in a room. */
  readonly hereIn: (room: ListedRoom) => string | undefined
  /** Whoever follows the link to a room goes there by it. */
  readonly onOpen?: () => void
}

/** The fetched rooms, with a button for more. */
export function ListedRooms({ directory, rooms, hereIn, onOpen }: ListedRoomsProps) {
  const state = directory.state.value
  const t = laterTexts().otherRooms
  return (
    <>
      <ul>
        {rooms.map((room) => (
          <li key={room.id}>
            <RoomLink room={room} here={hereIn(room)} onOpen={onOpen} />
          </li>
        ))}
      </ul>
      {state.kind === "ready" && state.hasMore && (
        <button type="button" class="button quiet" onClick={() => void directory.more()}>
          {t.more}
        </button>
      )}
      {state.kind === "off" && <p class="aside">{t.notListed}</p>}
      {state.kind === "failed" && <p class="aside">{t.failed}</p>}
    </>
  )
}

interface RoomLinkProps {
  readonly room: ListedRoom
  readonly here: string | undefined
  readonly onOpen: (() => void) | undefined
}

function RoomLink({ room, here, onOpen }: RoomLinkProps) {
  const t = laterTexts().otherRooms
  const last = room.lastMessageAt === null ? t.noMessages : describeAge(Date.parse(room.lastMessageAt), Date.now())
  return (
    <a class="room-link other" href={pathOf(room.id)} onClick={onOpen}>
      <Avatar id={room.id} name={room.name} isRoom />
      <span class="name">
        <bdi>{room.name}</bdi>
        <small>
          {here !== undefined && `${here} · `}
          {last}
        </small>
      </span>
    </a>
  )
}
