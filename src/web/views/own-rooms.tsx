/** The rooms one is in, in the order of their names, so that each stays where the hand expects it. */

import type { Room } from "../core/room.ts"
import { pathOf } from "../navigation.ts"
import { formats, texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"

export function OwnRooms({ query }: { readonly query: string }) {
  const client = useClient()
  const rooms = client.rooms.value
    .filter(({ name }) => name.value !== "" && matches(name.value, query))
    .toSorted((a, b) => formats().names.compare(a.name.value, b.name.value))
  if (rooms.length === 0) return null
  return (
    <section>
      <h2>{texts().sidebar.own}</h2>
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
  const shown = unread > 99 ? "99+" : `${unread}`
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
          <span aria-hidden="true">{shown}</span>
          <span class="unseen">{texts().sidebar.unread(shown)}</span>
        </span>
      )}
    </a>
  )
}

function matches(name: string, query: string): boolean {
  return name.toLocaleLowerCase().includes(query.trim().toLocaleLowerCase())
}
