/** Everything about a room as a whole, and its actions: beside it if there is space, else over it. */
import type { ComponentChildren } from "preact"
import { useState } from "preact/hooks"
import { type Level, levels } from "../core/preferences.ts"
import { markRead, setLevel } from "../core/read-and-mute.ts"
import type { Room } from "../core/room.ts"
import { sentenceOf } from "../core/sentence-of.ts"
import { formats, laterTexts, texts } from "../texts/texts.ts"
import { useSurroundings } from "./context.ts"
import { CopyLink } from "./copy-link.tsx"
import { Dialog } from "./dialog.tsx"
import { Problem } from "./field.tsx"
import { CheckIcon, CloseIcon, SearchIcon } from "./icons.tsx"
import { BellIcon, LeaveIcon } from "./later-icons.tsx"
import { LeaveDialog } from "./leave-dialog.tsx"
import { lit } from "./lit.ts"
import { isSpacious } from "./media.ts"
import { Members } from "./members.tsx"
import { openOverlay, search } from "./overlay.ts"
import { RoomAvatar } from "./room-avatar.tsx"
import { Segmented } from "./segmented.tsx"

interface RoomPanelProps {
  readonly room: Room
  readonly onClose: () => void
}

export function RoomPanel({ room, onClose }: RoomPanelProps) {
  return (
    <Frame title={texts().room.details(room.visibility.value === "direct")} onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <div class="panel-content" tabIndex={0}>
        <About room={room} onClose={onClose} />
        <Members room={room} litId={lit.value?.roomId === room.id ? lit.value.userId : undefined} />
      </div>
      <Leaving room={room} />
    </Frame>
  )
}

interface FrameProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

function Frame({ title, onClose, children }: FrameProps) {
  if (!isSpacious.value) {
    return (
      <Dialog title={title} onClose={onClose} kind="sheet">
        {children}
      </Dialog>
    )
  }
  return (
    <aside class="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="icon-button" aria-label={texts().shared.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      {children}
    </aside>
  )
}

function About({ room, onClose }: RoomPanelProps) {
  const { client, preferences, notifications } = useSurroundings()
  const t = laterTexts().room
  const created = room.createdAt.value
  const [problem, setProblem] = useState<string>()
  const choose = async (level: Level) => {
    const refusal = await setLevel(room, level, client, preferences)
    setProblem(refusal && sentenceOf(refusal))
  }
  const find = () => {
    // Panels over the room would cover the hits there.
    if (!isSpacious.peek()) onClose()
    search.value = { query: "", room }
  }
  return (
    <section class="about">
      <RoomAvatar room={room} size="large" />
      <p class="about-name">
        <bdi>{room.name.value}</bdi>
      </p>
      {room.topic.value !== "" && (
        <p class="about-topic" dir="auto">
          {room.topic.value}
        </p>
      )}
      <p class="about-text">{created && t.created(formats().date.format(Date.parse(created)))}</p>
      <Segmented
        label={t.notifications}
        choices={levels}
        nameOf={(level) => t.levels[level]}
        chosen={client.isKnown && room.level.value === undefined ? undefined : preferences.levelOf(room)}
        onChosen={(level) => void choose(level)}
      />
      <Problem text={problem} />
      {notifications.value?.state.value === "off" && (
        <button type="button" class="button" onClick={() => void notifications.value?.turnOn()}>
          <BellIcon />
          {t.turnOn}
        </button>
      )}
      {room.visibility.value !== "direct" && <CopyLink room={room} label={laterTexts().sharing.copyLink} />}
      <button type="button" class="button" onClick={find}>
        <SearchIcon />
        {room.visibility.value === "direct" ? laterTexts().search.hereDirect : laterTexts().search.here}
      </button>
      {room.unread.value > 0 && (
        <button type="button" class="button" onClick={() => markRead(room)}>
          <CheckIcon />
          {t.markRead}
        </button>
      )}
      {room.belonging.mayModerate && room.visibility.value !== "direct" && (
        <button type="button" class="button" onClick={() => openOverlay({ kind: "editRoom", room })}>
          {laterTexts().editRoom.title}
        </button>
      )}
    </section>
  )
}

function Leaving({ room }: { readonly room: Room }) {
  const [isLeaving, setLeaving] = useState(false)
  return (
    <footer>
      <button type="button" class="button quiet leave" onClick={() => setLeaving(true)}>
        <LeaveIcon />
        {room.visibility.value === "direct" ? laterTexts().leaveDirect.open : laterTexts().room.leave}
      </button>
      {isLeaving && <LeaveDialog room={room} onClose={() => setLeaving(false)} />}
    </footer>
  )
}
