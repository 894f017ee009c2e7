/** The public rooms one is not in. */
import { onlineListed } from "../core/is-here.ts"
import { describeAge } from "../core/times.ts"
import type { ListedRoom } from "../core/wire.ts"
import { pathOf } from "../navigation.ts"
import { texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"

export function OtherRooms() {
  const client = useClient()
  const { directory } = client
  const state = directory.state.value
  const others = directory.rooms.value.filter(({ id }) => !client.find(id)?.name.value)
  const t = texts().sidebar
  return (
    <section aria-busy={state.kind === "loading"}>
      {others.length > 0 && <h2>{t.browse}</h2>}
      <ul>
        {others.map((room) => (
          <li key={room.id}>
            <OtherRoom room={room} />
          </li>
        ))}
      </ul>
      {state.kind === "ready" && state.hasMore && (
        <button type="button" class="button quiet" onClick={() => void directory.more()}>
          {t.more}
        </button>
      )}
      {state.kind === "off" && <p class="aside">{t.notListed}</p>}
      {state.kind === "failed" && <p class="aside">{t.failed(state.reason)}</p>}
    </section>
  )
}

function OtherRoom({ room }: { readonly room: ListedRoom }) {
  const t = texts().sidebar
  const last = room.lastMessageAt === null ? t.noMessages : describeAge(Date.parse(room.lastMessageAt), Date.now())
  const count = onlineListed(room, useClient())
  const here = count > 0 ? `${t.online(count)} · ` : ""
  return (
    <a class="room-link other" href={pathOf(room.id)}>
      <Avatar id={room.id} name={room.name} isRoom />
      <span class="name">
        <bdi>{room.name}</bdi>
        <small>
          {here}
          {last}
        </small>
      </span>
    </a>
  )
}
