/** The name of the room, and the button to its panel. */
import type { Room } from "../core/room.ts"
import { texts } from "../texts/texts.ts"
import { useSurroundings } from "./context.ts"
import { BackIcon, LockIcon, MutedIcon, PanelIcon } from "./icons.tsx"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"
import { RoomAvatar } from "./room-avatar.tsx"

const lazyCopyLink = lazily(async () => (await onceConnected()).CopyLink)
const lazyOnlineCount = lazily(async () => (await onceConnected()).OnlineCount)
const linkSpace = <span class="icon-button" />
const countSpace = <>{"\u00a0"}</>

interface RoomHeaderProps {
  readonly room: Room
  readonly isPanelShown: boolean
  readonly onPanel: () => void
}

export function RoomHeader({ room, isPanelShown, onPanel }: RoomHeaderProps) {
  const { preferences } = useSurroundings()
  const t = texts().room
  const isDirect = room.visibility.value === "direct"
  const isPrivate = room.visibility.value === "private"
  const details = t.details(isDirect)
  const isMuted = preferences.levelOf(room) === "none"
  return (
    <header class="room-header">
      <a class="icon-button back" href="/" aria-label={t.back}>
        <BackIcon />
      </a>
      <RoomAvatar room={room} />
      <div class="heading">
        <h1>
          <button type="button" title={details} aria-expanded={isPanelShown} onClick={onPanel}>
            <bdi>{room.name.value || "…"}</bdi>
          </button>
          {isPrivate && <LockIcon />}
          {isMuted && <MutedIcon />}
        </h1>
        <p>
          <lazyOnlineCount.View room={room} waiting={countSpace} />
        </p>
        {isPrivate && <span class="unseen">{texts().sidebar.private}</span>}
        {isMuted && <span class="unseen">{texts().sidebar.muted}</span>}
      </div>
      {!isDirect && <lazyCopyLink.View room={room} waiting={linkSpace} />}
      <button
        type="button"
        class="icon-button"
        title={details}
        aria-label={details}
        aria-pressed={isPanelShown}
        onClick={onPanel}
      >
        <PanelIcon />
      </button>
    </header>
  )
}
