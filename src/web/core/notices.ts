/**
 * Who came and went, shown quietly: one line after the message during which it happened.
 *
 * A line names each person once, however often they came and went, so it never grows beyond
 * the people there, and changes in it never move what was read before.
 */
import { signal } from "@preact/signals-core"

export type Movement = "joined" | "left" | "visited"

interface Mover {
  readonly username: string
  readonly movement: Movement
}

export type Notice = ReadonlyMap<string, Mover>

export class Notices {
  /** By the id of the message that they follow; `""` is the beginning of the room. */
  readonly after = signal<ReadonlyMap<string, Notice>>(new Map())

  add(messageId: string, userId: string, username: string, movement: "joined" | "left"): void {
    const notice = this.after.value.get(messageId) ?? new Map<string, Mover>()
    const earlier = notice.get(userId)?.movement
    const mover = { username, movement: combined(earlier, movement) }
    this.after.value = new Map([...this.after.value, [messageId, new Map([...notice, [userId, mover]])]])
  }
}

/** Came and left is a visit; left and came back is as good as having joined. */
function combined(earlier: Movement | undefined, now: "joined" | "left"): Movement {
  return now === "left" && (earlier === "joined" || earlier === "visited") ? "visited" : now
}
