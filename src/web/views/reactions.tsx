/** The reactions on a message: each emoji with how many and who; a click adds or removes one's own. */
import type { Room } from "../core/room.ts"
import type { Row } from "../core/rows.ts"
import type { Reaction } from "../core/wire.ts"
import { formats, laterTexts } from "../texts/texts.ts"

interface ReactionsProps {
  readonly room: Room
  readonly row: Row
}

export function Reactions({ room, row }: ReactionsProps) {
  const { message } = row
  const toggle = ({ emoji, isMine }: Reaction) =>
    message && room.sender.change(message.id, { change: "react", emoji, isOn: !isMine })
  return (
    <ul class="reactions" aria-label={laterTexts().message.reactions}>
      {row.reactions.map((reaction) => {
        const who = reactedBy(room, reaction)
        return (
          <li key={reaction.emoji}>
            <button type="button" aria-pressed={reaction.isMine === true} title={who} onClick={() => toggle(reaction)}>
              <span>
                {reaction.emoji} <b>{formats().number(reaction.count)}</b> <i class="unseen">{who}</i>
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** As a sentence. Only some names are listed, and only of people known here. */
export function reactedBy(room: Room, { emoji, count, userIds, isMine }: Reaction): string {
  const others = userIds.filter((id) => id !== room.userId).flatMap((id) => room.nameOf(id) ?? [])
  const names = [...(isMine ? [laterTexts().names.you] : []), ...others]
  return laterTexts().message.reacted(emoji, laterTexts().names.list(names, count - names.length))
}
