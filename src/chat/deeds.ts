/**
 * What somebody with rights did to a room, its people or their messages, for the log. Whoever reads the log may be in none
 * of these rooms: it has no names of rooms and nothing that was said. Nor has it a room's whole id, by which an unlisted
 * room is entered: as much of it as finds the room in the data.
 */
import type { RoomId, UserId } from "../contract/values.ts"
import type { Notice } from "./effects.ts"

interface Deed {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly [name: string]: string | number
}

/** `text` names what `about` holds, in braces, and the room as `{room}`. It reads on from who did it. */
export function deed(text: string, { roomId, ...about }: Deed): Notice {
  const properties = { ...about, room: roomId.slice(0, shownLength) }
  return { kind: "notice", name: "moderation", text: `{userId} ${text}.`, properties, isInformation: true }
}

/** 32 of 122 bits at random. */
const shownLength = 8
