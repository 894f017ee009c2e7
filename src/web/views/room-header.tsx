/** Which room this is, and the way to all about it. */
import type { Room } from "../core/room.ts"
import { texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useSurroundings } from "./context.ts"
import { CopyLink } from "./copy-link.tsx"
import { BackIcon, MutedIcon, PanelIcon } from "./icons.tsx"

export interface RoomHeaderProps {
  readonly room: Room
  readonly isPanelShown: boolean
  readonly onPanel: () => void
}

export function RoomHeader({ room, isPanelShown, onPanel }: RoomHeaderProps) {
  const { preferences } = useSurroundings()
  const t = texts().room
  const isMuted = preferences.levelOf(room) === "none"
  return (
    <header class="room-header">
      <a class="icon-button back" href="/" aria-label={t.back}>
        <BackIcon />
      </a>
      <Avatar id={room.id} name={room.name.value} />
      <div class="heading">
        <h1>
          <button type="button" title={t.details} aria-expanded={isPanelShown} onClick={onPanel}>
            <bdi>{room.name.value || "…"}</bdi>
          </button>
          {isMuted && <MutedIcon />}
        </h1>
        <p>
          {room.isJoined ? t.online(room.presence.count.value) : "\u00a0"}
          {isMuted && <span class="unseen">{texts().sidebar.muted}</span>}
        </p>
      </div>
      <CopyLink room={room} />
      <button
        type="button"
        class="icon-button"
        title={t.details}
        aria-label={t.details}
        aria-pressed={isPanelShown}
        onClick={onPanel}
      >
        <PanelIcon />
      </button>
    </header>
  )
}
