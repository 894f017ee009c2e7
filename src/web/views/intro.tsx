/** The row before the first message: the beginning of the room, or that more is on its way. */
import type { Room } from "../core/room.ts"
import { Avatar } from "./avatar.tsx"
import { NoticeLine } from "./notice-line.tsx"
import { CopyLink } from "./room-header.tsx"

export function Intro({ room }: { readonly room: Room }) {
  const { timeline } = room.feed
  timeline.version.value
  if (!timeline.isLoaded) return <Skeleton />
  if (timeline.hasOlder) {
    return (
      <li class="row loading" aria-busy="true">
        Fetching what was said before…
      </li>
    )
  }
  return (
    <li class="row">
      <div class="intro">
        <Avatar id={room.id} name={room.name.value} size="large" />
        <h2>
          <bdi>{room.name.value}</bdi> begins here
        </h2>
        <p>
          {timeline.last === undefined && "Nothing was said yet: be the first. "}
          Bring others in with its link.
        </p>
        <CopyLink room={room} label="Copy the link" />
      </div>
      <NoticeLine notice={room.movements.notices.after.value.get("")} />
    </li>
  )
}

/** The shape of messages, while the first ones are on their way. */
function Skeleton() {
  return (
    <li class="row skeleton" aria-busy="true" aria-label="Fetching messages">
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
