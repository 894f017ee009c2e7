/**
 * Log lines of what somebody with rights did to a room, its people or their messages. Whoever reads the log may be in
 * none of these rooms, so it names no room and quotes no message. Nor does it show a whole room id, which opens an
 * unlisted room: only enough of it to find the room in the data.
 */
import type { RoomId, UserId } from "../contract/values.ts"
import type { Notice } from "./effects.ts"

interface Deed {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly [name: string]: string | number
}

/**
 * `text` continues a sentence that begins with who did it. It names properties of `about` in braces, and the room as
 * `{room}`.
 */
export function deed(text: string, { roomId, ...about }: Deed): Notice {
  const properties = { ...about, room: roomId.slice(0, shownLength) }
  return { kind: "notice", name: "moderation", text: `{userId} ${text}.`, properties, isInformation: true }
}

/** 32 of 122 bits at random. */
const shownLength = 8
