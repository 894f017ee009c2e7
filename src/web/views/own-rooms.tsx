/** One's own rooms, each with its last message. */
import type { ComponentType } from "preact"
import type { Level } from "../core/preferences.ts"
import type { Room } from "../core/room.ts"
import { inOrder } from "../core/room-order.ts"
import { describeMoment } from "../core/times.ts"
import { pathOf } from "../navigation.ts"
import { shownCount, texts } from "../texts/texts.ts"
import { useClient, useSurroundings } from "./context.ts"
import { LockIcon, MutedIcon } from "./icons.tsx"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"
import { RoomAvatar } from "./room-avatar.tsx"

const lazyPresence = lazily(async () => (await onceConnected()).PresenceWord)
const lazyLastLine = lazily(async () => (await onceConnected()).LastLine)
const lineSpace = <>{"\u00a0"}</>

export function OwnRooms() {
  const rooms = inOrder(useClient().rooms.value)
  const isDirect = (room: Room) => room.visibility.value === "direct"
  return (
    <>
      <Rooms title={texts().sidebar.own} rooms={rooms.filter((room) => !isDirect(room))} />
      <Rooms title={texts().sidebar.direct} rooms={rooms.filter(isDirect)} kind="direct" />
    </>
  )
}

function Rooms({ title, rooms, kind = "" }: { title: string; rooms: readonly Room[]; kind?: string }) {
  const { open } = useClient()
  if (rooms.length === 0) return null
  return (
    <section class={kind}>
      <h2>{title}</h2>
      <ul>
        {rooms.map((room) => (
          <li key={room.id}>
            <OwnRoom room={room} isOpen={open.value === room} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function OwnRoom({ room, isOpen }: { readonly room: Room; readonly isOpen: boolean }) {
  const { preferences } = useSurroundings()
  const last = room.standing.latest.value
  const level = preferences.levelOf(room)
  const isMuted = level === "none"
  return (
    <a
      class={`room-link own ${room.unread.value > 0 && !isMuted ? "unread" : ""}`}
      href={pathOf(room.id)}
      aria-current={isOpen ? "page" : undefined}
    >
      <RoomAvatar room={room} />
      <span class="room-line">
        <bdi class="name">{room.name.value}</bdi>
        {room.peer && (
          <span class="unseen">
            <lazyPresence.View peer={room.peer} />{" "}
          </span>
        )}
        {room.visibility.value === "private" && <Sign icon={LockIcon} name={texts().sidebar.private} />}
        {isMuted && <Sign icon={MutedIcon} name={texts().sidebar.muted} />}
        {last && <time dateTime={last.at}>{describeMoment(Date.parse(last.at), Date.now())}</time>}
      </span>
      <span class="room-line">
        <small class="name last-line">
          <lazyLastLine.View room={room} isOpen={isOpen} waiting={last && lineSpace} />
        </small>
        <Unread room={room} level={level} />
      </span>
    </a>
  )
}

/** What is shown of a room besides its name. */
function Sign({ icon: Icon, name }: { readonly icon: ComponentType; readonly name: string }) {
  return (
    <span class="muted">
      <Icon />
      <span class="unseen">{name} </span>
    </span>
  )
}

/** The unread count, after that of mentions. Muted rooms are shown quietly. */
function Unread({ room, level }: { readonly room: Room; readonly level: Level }) {
  const { unread, mentions } = room.standing.news.value
  const t = texts().sidebar
  return (
    <>
      <Badge count={mentions} sign="@" name={t.mentions} isQuiet={level === "none"} />
      <Badge count={unread} name={t.unread} isQuiet={level !== "all"} />
    </>
  )
}

interface BadgeProps {
  readonly count: number
  readonly sign?: string
  readonly name: (shown: string) => string
  readonly isQuiet: boolean
}

function Badge({ count, sign = "", name, isQuiet }: BadgeProps) {
  if (count === 0) return null
  const shown = shownCount(count)
  return (
    <span class={`badge ${isQuiet ? "quiet" : ""}`}>
      <span aria-hidden="true">
        {sign}
        {shown}
      </span>
      <span class="unseen">{name(shown)} </span>
    </span>
  )
}
