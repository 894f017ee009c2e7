/** Who is online in a room, by name, and its members, where these are known. */
import { useEffect, useRef } from "preact/hooks"
import type { RoomMember } from "../core/belonging.ts"
import { fetchEverybodyHere } from "../core/everybody-here.ts"
import { isOnline, onlineIn } from "../core/is-here.ts"
import { namesakesOf } from "../core/namesakes.ts"
import type { Room } from "../core/room.ts"
import type { Member } from "../core/wire.ts"
import { formats, laterTexts } from "../texts/texts.ts"
import { Apart } from "./apart.tsx"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { openOverlay } from "./overlay.ts"

/** Nobody reads a longer list; the heading has the number. */
const shownMax = 1_000

interface MembersProps {
  readonly room: Room
  /** The person to highlight. */
  readonly litId: string | undefined
}

export function Members(props: MembersProps) {
  return useClient().isKnown ? <Belonging {...props} /> : <Here {...props} />
}

/** Where people are identified, all members are listed: those who are away are grey. */
function Belonging({ room, litId }: MembersProps) {
  const client = useClient()
  const { identity, online } = client
  const t = laterTexts().people
  // Members are fetched where they are counted, which is always.
  const members = room.belonging.members.value
  const isAway = (member: RoomMember) => !isOnline(room, member, online.value)
  const shown = [...members.filter((member) => !isAway(member)), ...members.filter(isAway)].slice(0, shownMax)
  const apart = namesakesOf(shown)
  return (
    <section>
      <h3>
        {/* Oneself is among them, once they are known. */}
        {members.length === 0
          ? t.membersLabel
          : t.members(members.length + room.belonging.unlisted.value.total, onlineIn(room, client))}
      </h3>
      <ul class="members" aria-label={t.membersLabel}>
        {shown.map((member) => (
          <MemberItem
            key={member.userId}
            member={member}
            apart={apart.get(member.userId)}
            isMe={member.userId === identity.userId}
            isLit={member.userId === litId}
            isAway={isAway(member)}
            onOpen={() => openOverlay({ kind: "person", room, member })}
          />
        ))}
      </ul>
      {room.visibility.value !== "direct" && (
        <button type="button" class="button" onClick={() => openOverlay({ kind: "addPeople", room })}>
          {laterTexts().addPeople.title}
        </button>
      )}
    </section>
  )
}

function Here({ room, litId }: MembersProps) {
  const client = useClient()
  const { identity } = client
  const { members, count, beginnings } = room.presence
  useEffect(() => void fetchEverybodyHere(room, client, shownMax), [beginnings.value])
  const shown = [...members.value.values()]
    .toSorted((a, b) => formats().names.compare(a.username, b.username))
    .slice(0, shownMax)
  const apart = namesakesOf(shown)
  const others = count.value - shown.length
  return (
    <section>
      <h3>{laterTexts().people.title(count.value)}</h3>
      <ul class="members" aria-label={laterTexts().people.label}>
        {shown.map((member) => (
          <MemberItem
            key={member.userId}
            member={member}
            apart={apart.get(member.userId)}
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
  /** What distinguishes them from others of that name. */
  readonly apart: string | undefined
  readonly isMe: boolean
  readonly isLit: boolean
  readonly isAway?: boolean
  readonly onOpen?: () => void
}

function MemberItem({ member, apart, isMe, isLit, isAway = false, onOpen }: MemberItemProps) {
  const item = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isLit) item.current?.scrollIntoView({ block: "nearest" })
  }, [isLit])
  return (
    <li class={`member ${isLit ? "lit" : ""} ${isAway ? "away" : ""}`} ref={item} aria-current={isLit || undefined}>
      <Avatar id={member.userId} name={member.username} picture={member.avatar} size="small" />
      {onOpen === undefined ? (
        <bdi class="name">{member.username}</bdi>
      ) : (
        <button type="button" class="name" onClick={onOpen}>
          <bdi>{member.username}</bdi>
          {isAway && <span class="unseen">{laterTexts().people.away}</span>}
        </button>
      )}
      <Apart part={apart} />
      {isMe && <small>{laterTexts().people.you}</small>}
    </li>
  )
}
