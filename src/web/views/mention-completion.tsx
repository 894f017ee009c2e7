/** Completes names after an @: people of the room, and the whole room. Whoever is named this way is mentioned. */
import { useEffect } from "preact/hooks"
import { searchable } from "../../contract/searchable.ts"
import { laterLimits } from "../core/later-limits.ts"
import { mentionBefore, roomMention } from "../core/mentions.ts"
import type { Room } from "../core/room.ts"
import type { Member } from "../core/wire.ts"
import { laterTexts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { Completion, type Suggestion } from "./completion.tsx"
import { useClient } from "./context.ts"

const shownMax = 8
/** People who share a name. */
const facesMax = 3

interface MentionCompletionProps {
  readonly room: Room
  readonly area: HTMLTextAreaElement
}

export function MentionCompletion({ room, area }: MentionCompletionProps) {
  const client = useClient()
  useEffect(() => {
    // Members may be mentioned, here or not.
    if (client.isKnown) void room.belonging.refresh()
  }, [])
  const find = (name: string): Suggestion[] => {
    const wanted = searchable(name)
    const others = room.people.filter(({ userId }) => userId !== client.identity.userId)
    // It was chosen or typed completely: Enter then sends.
    if ([roomMention.slice(1), ...others.map(({ username }) => username)].some((whole) => `${whole} ` === name))
      return []
    // The text is a name, and mentions everybody who has it: they are one suggestion.
    const people = [...Map.groupBy(namedLike(wanted, others), ({ username }) => username)]
      .slice(0, shownMax)
      .map(([username, namesakes]) => ({ key: username, text: `@${username} `, view: <Named people={namesakes} /> }))
    const isRoom = mayMentionAll(room) && searchable(roomMention.slice(1)).startsWith(wanted)
    return isRoom ? [...people, everybody()] : people
  }
  return <Completion area={area} label={laterTexts().people.membersLabel} typedBefore={mentionBefore} find={find} />
}

/** One or more people of one name. */
function Named({ people }: { readonly people: readonly Member[] }) {
  return (
    <>
      {people.slice(0, facesMax).map(({ userId, username, avatar }) => (
        <Avatar key={userId} id={userId} name={username} picture={avatar} size="small" />
      ))}{" "}
      <bdi>{people[0]?.username}</bdi>{" "}
      {people.length > 1 && <small>{laterTexts().people.namesakes(people.length)}</small>}
    </>
  )
}

/** Those whose first name begins with it, then those whose other names do. */
function namedLike(wanted: string, people: readonly Member[]): Member[] {
  const begins = ({ username }: Member) => searchable(username).startsWith(wanted)
  const has = (person: Member) => !begins(person) && searchable(person.username).includes(` ${wanted}`)
  return wanted === "" ? [...people] : [...people.filter(begins), ...people.filter(has)]
}

/** The same as on the server. */
function mayMentionAll({ belonging, people }: Room): boolean {
  return belonging.mayModerate || people.length <= laterLimits.mentionsRoomMembersMax
}

function everybody(): Suggestion {
  return {
    key: roomMention,
    text: `${roomMention} `,
    view: (
      <>
        <span class="avatar small plus" aria-hidden="true">
          @
        </span>{" "}
        <bdi>{roomMention.slice(1)}</bdi> <small>{laterTexts().people.everybody}</small>
      </>
    ),
  }
}
