/** The order of one's rooms in lists: by name, so each stays in its place. */
import { formats } from "../texts/texts.ts"
import type { Room } from "./room.ts"

/** Rooms with a known name; one that was never joined may not exist. */
export function inOrder(rooms: readonly Room[]): Room[] {
  const byName = (a: Room, b: Room) => formats().names.compare(a.name.value, b.name.value)
  return rooms.filter(({ name }) => name.value !== "").toSorted(byName)
}

/** The room this many places further, wrapping around; from outside of the list, its first or last. */
export function roomBeside(rooms: readonly Room[], from: Room | undefined, by: 1 | -1): Room | undefined {
  const at = from === undefined ? -1 : rooms.indexOf(from)
  return at === -1 ? rooms.at(by === 1 ? 0 : -1) : rooms.at((at + by) % rooms.length)
}
