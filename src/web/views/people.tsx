/** Who is here: beside the room where there is space, else over it. */
import { useEffect } from "preact/hooks"
import type { Room } from "../core/room.ts"
import type { Member } from "../core/wire.ts"
import { formats, texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { Dialog } from "./dialog.tsx"
import { CloseIcon } from "./icons.tsx"
import { isSpacious } from "./media.ts"

/** Nobody reads a longer list; the count says how many there are. */
const shownMax = 1_000

export function People({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) {
  const { members, count } = room.presence
  const isCutOff = members.value.size < Math.min(count.value, shownMax)
  useEffect(() => {
    if (isCutOff && room.isJoined) void room.fetchMembers(shownMax)
  }, [isCutOff, room.isJoined])
  const title = texts().people.title(count.value)
  if (!isSpacious.value) {
    return (
      <Dialog title={title} onClose={onClose} kind="sheet">
        <MemberList room={room} />
      </Dialog>
    )
  }
  return (
    <aside class="people" aria-label={texts().people.label}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="icon-button" aria-label={texts().shared.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      <MemberList room={room} />
    </aside>
  )
}

function MemberList({ room }: { readonly room: Room }) {
  const { identity } = useClient()
  const { members, count } = room.presence
  const shown = [...members.value.values()]
    .toSorted((a, b) => formats().names.compare(a.username, b.username))
    .slice(0, shownMax)
  const others = count.value - shown.length
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by the keyboard
    <ul class="members" tabIndex={0} aria-label={texts().people.label}>
      {shown.map((member) => (
        <MemberItem key={member.userId} member={member} isMe={member.userId === identity.userId} />
      ))}
      {others > 0 && <li class="aside">{texts().people.more(others)}</li>}
    </ul>
  )
}

function MemberItem({ member, isMe }: { readonly member: Member; readonly isMe: boolean }) {
  return (
    <li class="member">
      <Avatar id={member.userId} name={member.username} picture={member.avatar} size="small" />
      <bdi class="name">{member.username}</bdi>
      {isMe && <small>{texts().people.you}</small>}
    </li>
  )
}
