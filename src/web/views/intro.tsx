/** The row before the first message of all. */
import type { Room } from "../core/room.ts"
import { texts } from "../texts/texts.ts"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"
import { NoticeLine } from "./notice-line.tsx"
import { RoomAvatar } from "./room-avatar.tsx"

const lazyCopyLink = lazily(async () => (await onceConnected()).CopyLink)
/** So that nothing moves when it comes. */
const linkSpace = <span class="button space">\u00a0</span>

export function Intro({ room }: { readonly room: Room }) {
  const { timeline } = room.feed
  timeline.version.value
  const t = texts().messages
  if (!timeline.isLoaded) return <Skeleton />
  // To other rooms a link lets nobody in.
  const visibility = room.visibility.value ?? "public"
  const isPublic = visibility === "public"
  const start = visibility === "direct" ? t.startDirect : t.start
  return (
    <li class="row">
      <div class="intro">
        <RoomAvatar room={room} size="large" />
        <h2>{start(room.name.value)}</h2>
        <p>{timeline.last === undefined ? (isPublic ? t.startEmpty : t.startEmptyHere) : isPublic && t.startInvite}</p>
        {isPublic && <lazyCopyLink.View room={room} label={texts().shared.copyLink} waiting={linkSpace} />}
      </div>
      <NoticeLine notice={room.movements.notices.after.value.get("")} />
    </li>
  )
}

/** The shape of messages, while the first ones are on their way. */
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
