/**
 * The text of a message. Most are plain and shown at once. The formatter is loaded beside the connection; until then
 * marks are shown as they were typed.
 */

import type { Room } from "../core/room.ts"
import type { Row } from "../core/rows.ts"
import { isFewEmoji, isPlain } from "../markdown/plain.ts"
import { texts } from "../texts/texts.ts"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"

const lazyRich = lazily(async () => (await onceConnected()).RichProse)

/** Loaded before the first messages come. */
void lazyRich.load()

export interface ProseProps {
  readonly room: Room
  readonly row: Row
}

export function Prose({ room, row }: ProseProps) {
  const { content: text } = row
  const mark = row.isEdited ? editedMark() : noMark
  const asTyped = (
    <div class={`prose ${isFewEmoji(text) ? "emoji" : ""} ${mark.class}`} dir="auto" style={mark.style}>
      <p dir="auto">{text}</p>
    </div>
  )
  return isPlain(text) ? asTyped : <lazyRich.View room={room} row={row} mark={mark} waiting={asTyped} />
}

/** What is shown at the end of a text, after its last word. */
export interface Mark {
  readonly class: string
  readonly style: { readonly "--edited"?: string }
}

const noMark: Mark = { class: "", style: {} }
const editedMark = (): Mark => ({ class: "edited", style: { "--edited": `"${texts().message.edited}"` } })
