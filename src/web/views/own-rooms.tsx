/** The rooms one is in, in the order of their names, so that each stays where the hand expects it. */

import type { Room } from "../core/room.ts"
import { pathOf } from "../navigation.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" })

export function OwnRooms({ query }: { readonly query: string }) {
  const client = useClient()
  const rooms = client.rooms.value
    .filter(({ name }) => name.value !== "" && matches(name.value, query))
    .toSorted((a, b) => byName.compare(a.name.value, b.name.value))
  if (rooms.length === 0) return null
  return (
    <section>
      <h2>Your rooms</h2>
      <ul>
        {rooms.map((room) => (
          <li key={room.id}>
            <OwnRoom room={room} isOpen={client.open.value === room} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function OwnRoom({ room, isOpen }: { readonly room: Room; readonly isOpen: boolean }) {
  const unread = room.unread.value
  return (
    <a
      class={`room-link ${unread > 0 ? "unread" : ""}`}
      href={pathOf(room.id)}
      aria-current={isOpen ? "page" : undefined}
    >
      <Avatar id={room.id} name={room.name.value} size="small" />
      <bdi class="name">{room.name.value}</bdi>
      {unread > 0 && (
        <span class="badge">
          {unread > 99 ? "99+" : unread}
          <span class="unseen"> unread</span>
        </span>
      )}
    </a>
  )
}

function matches(name: string, query: string): boolean {
  return name.toLocaleLowerCase().includes(query.trim().toLocaleLowerCase())
}
