/** Who is online in a room, by name. */
import { useEffect, useRef } from "preact/hooks"
import type { Room } from "../core/room.ts"
import type { Member } from "../core/wire.ts"
import { formats, laterTexts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"

/** Nobody reads a longer list; the count says how many there are. */
const shownMax = 1_000

export interface MembersProps {
  readonly room: Room
  /** Whom to point out. */
  readonly litId: string | undefined
}

export function Members({ room, litId }: MembersProps) {
  const { identity } = useClient()
  const { members, count, beginnings } = room.presence
  useEffect(() => void room.fetchMembers(shownMax), [beginnings.value])
  const shown = [...members.value.values()]
    .toSorted((a, b) => formats().names.compare(a.username, b.username))
    .slice(0, shownMax)
  const others = count.value - shown.length
  return (
    <section>
      <h3>{laterTexts().people.title(count.value)}</h3>
      <ul class="members" aria-label={laterTexts().people.label}>
        {shown.map((member) => (
          <MemberItem
            key={member.userId}
            member={member}
            isMe={member.userId === identity.userId}
            isLit={member.userId === litId}
          />
        ))}
        {others > 0 && <li class="aside">{laterTexts().people.more(others)}</li>}
      </ul>
    </section>
  )
}

interface MemberItemProps {
  readonly member: Member
  readonly isMe: boolean
  readonly isLit: boolean
}

function MemberItem({ member, isMe, isLit }: MemberItemProps) {
  const item = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isLit) item.current?.scrollIntoView({ block: "nearest" })
  }, [isLit])
  return (
    <li class={`member ${isLit ? "lit" : ""}`} ref={item} aria-current={isLit || undefined}>
      <Avatar id={member.userId} name={member.username} picture={member.avatar} size="small" />
      <bdi class="name">{member.username}</bdi>
      {isMe && <small>{laterTexts().people.you}</small>}
    </li>
  )
}
