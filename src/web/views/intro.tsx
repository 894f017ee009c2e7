/** The row before the first message of all. */
import type { Room } from "../core/room.ts"
import { texts } from "../texts/texts.ts"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"
import { Notice } from "./notice.tsx"
import { RoomAvatar } from "./room-avatar.tsx"

const lazyInviting = lazily(async () => (await onceConnected()).Inviting)
/** Reserves space, so nothing moves when it appears. */
const invitingSpace = <div style={{ height: "5rem" }} />

export function Intro({ room }: { readonly room: Room }) {
  const { timeline } = room.feed
  timeline.version.value
  const t = texts().messages
  if (!timeline.isLoaded) return <Skeleton />
  const isDirect = room.visibility.value === "direct"
  // Links do not open these.
  const isClosed = isDirect || room.visibility.value === "private"
  const start = isDirect ? t.startDirect : t.start
  return (
    <li class="row">
      <div class="intro">
        <RoomAvatar room={room} size="large" />
        <h2>{start(room.name.value)}</h2>
        {timeline.last === undefined && <p>{t.startEmpty}</p>}
        {!isClosed && <lazyInviting.View room={room} waiting={invitingSpace} />}
      </div>
      <Notice notice={room.movements.notices.after.value.get("")} />
    </li>
  )
}

/** Placeholders while the first messages are loading. */
function Skeleton() {
  return (
    <li class="row skeleton" aria-busy="true" aria-label={texts().messages.loading}>
      {[62, 38, 74, 51].map((width) => (
        <div key={width} class="message">
          <span class="avatar" />
          <div>
            <i style={{ width: "6rem" }} />
            <i style={{ width: `${width}%` }} />
          </div>
        </div>
      ))}
    </li>
  )
}
