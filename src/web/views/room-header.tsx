/** Which room this is, and what can be done with it as a whole. */
import type { Signal } from "@preact/signals"
import { useState } from "preact/hooks"
import { copyText } from "../clipboard.ts"
import type { Room } from "../core/room.ts"
import { linkTo } from "../navigation.ts"
import { texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { BackIcon, CheckIcon, LeaveIcon, LinkIcon, PeopleIcon } from "./icons.tsx"
import { LeaveDialog } from "./leave-dialog.tsx"

export interface RoomHeaderProps {
  readonly room: Room
  readonly arePeopleShown: Signal<boolean>
}

export function RoomHeader({ room, arePeopleShown }: RoomHeaderProps) {
  const [isLeaving, setLeaving] = useState(false)
  const t = texts().room
  const count = room.presence.count.value
  return (
    <header class="room-header">
      <a class="icon-button back" href="/" aria-label={t.back}>
        <BackIcon />
      </a>
      <Avatar id={room.id} name={room.name.value} />
      <div class="heading">
        <h1>
          <bdi>{room.name.value || "…"}</bdi>
        </h1>
        <p>{room.isJoined ? t.online(count) : "\u00a0"}</p>
      </div>
      <CopyLink room={room} />
      <button
        type="button"
        class="icon-button"
        title={t.people}
        aria-label={t.people}
        aria-pressed={arePeopleShown.value}
        onClick={() => {
          arePeopleShown.value = !arePeopleShown.value
        }}
      >
        <PeopleIcon />
      </button>
      <button type="button" class="icon-button" title={t.leave} aria-label={t.leave} onClick={() => setLeaving(true)}>
        <LeaveIcon />
      </button>
      {isLeaving && <LeaveDialog room={room} onClose={() => setLeaving(false)} />}
    </header>
  )
}

const copiedMs = 2_000

export function CopyLink({ room, label }: { readonly room: Room; readonly label?: string }) {
  const t = texts().shared
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    if (!(await copyText(linkTo(room.id)))) return
    setCopied(true)
    setTimeout(() => setCopied(false), copiedMs)
  }
  const words = isCopied ? t.linkCopied : texts().room.copyLink
  return (
    <button
      type="button"
      class={label === undefined ? "icon-button" : "button"}
      title={words}
      aria-label={label === undefined ? words : undefined}
      onClick={copy}
    >
      {isCopied ? <CheckIcon /> : <LinkIcon />}
      {label !== undefined && (isCopied ? t.copied : label)}
      <span class="unseen" role="status">
        {isCopied && t.linkCopied}
      </span>
    </button>
  )
}
