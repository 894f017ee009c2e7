/** What a message answers: the original as it is now, and the way to it. */
import { excerptOf } from "../core/excerpt.ts"
import type { Room } from "../core/room.ts"
import type { Quote as Quoted } from "../core/wire.ts"
import { readOf } from "../markdown/read.ts"
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
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    guide.goToLink(quoted.seq)
  }
  const author = room.nameOf(quoted.userId) ?? quoted.username
  return (
    <a class="quote" href={linkToMessage(room.id, quoted.seq)} onClick={follow}>
      <span class="unseen">{laterTexts().replying.answers} </span>
      <bdi class="quoted-author">{author}</bdi> <bdi>{readOf(known ? excerptOf(known) : quoted.excerpt)}</bdi>
    </a>
  )
}
