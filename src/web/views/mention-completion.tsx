/** The people of the room whose name is being typed behind an @. Whoever is named so is mentioned. */
import { useEffect } from "preact/hooks"
import { searchable } from "../../contract/searchable.ts"
import { mentionBefore } from "../core/mentions.ts"
import type { Room } from "../core/room.ts"
import { laterTexts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { Completion, type Suggestion } from "./completion.tsx"
import { useClient } from "./context.ts"

const shownMax = 8

export interface MentionCompletionProps {
  readonly room: Room
  readonly area: HTMLTextAreaElement
}

export function MentionCompletion({ room, area }: MentionCompletionProps) {
  const client = useClient()
  useEffect(() => {
    // Who belongs to it may be mentioned, here or not.
    if (client.isKnown) void room.belonging.refresh()
  }, [])
  const find = (name: string): Suggestion[] => {
    const wanted = searchable(name)
    return room.people
      .filter(({ userId, username }) => userId !== client.identity.userId && searchable(username).startsWith(wanted))
      .slice(0, shownMax)
      .map(({ userId, username, avatar }) => ({
        key: userId,
        text: `@${username} `,
        view: (
          <>
            <Avatar id={userId} name={username} picture={avatar} size="small" /> <bdi>{username}</bdi>
          </>
        ),
      }))
  }
  return <Completion area={area} label={laterTexts().people.membersLabel} typedBefore={mentionBefore} find={find} />
}
