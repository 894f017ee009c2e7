/** The message that a message answers, in its current state, with a link to it. */
import { excerptOf } from "../core/excerpt.ts"
import type { Room } from "../core/room.ts"
import type { Quote as Quoted } from "../core/wire.ts"
import { readOf } from "../markdown/read.ts"
import { address } from "../navigation.ts"
import { laterTexts } from "../texts/texts.ts"
import type { Guide } from "./guide.ts"
import { linkToMessage } from "./linked-message.ts"

interface QuoteProps {
  readonly room: Room
  readonly guide: Guide
  readonly quoted: Quoted
}

export function Quote({ room, guide, quoted }: QuoteProps) {
  const { timeline } = room.feed
  timeline.version.value
  if (quoted.isDeleted || timeline.isDeleted(quoted.id)) return <p class="quote">{laterTexts().replying.deleted}</p>
  const known = timeline.find(quoted.id)
  const path = linkToMessage(room.id, quoted.seq)
  // A normal link, so Back returns to the answer; at that address already, it only scrolls there.
  const follow = () => {
    if (address.peek() === path) guide.goToLink(quoted.seq)
  }
  const author = room.nameOf(quoted.userId) ?? quoted.username
  return (
    <a class="quote" href={path} onClick={follow}>
      <span class="unseen">{laterTexts().replying.answers} </span>
      <bdi class="quoted-author">{author}</bdi> <bdi>{readOf(known ? excerptOf(known) : quoted.excerpt)}</bdi>
    </a>
  )
}
