/** Whether a notification is outdated: its message was deleted or edited, or was read elsewhere. */
import { excerptOf } from "../core/excerpt.ts"
import type { News } from "../core/room.ts"

/** The news as shown, and how much was unread then. */
export interface Shown extends News {
  readonly unread: number
}

export function isTakenBack({ room, message, unread, ...said }: Shown): boolean {
  if (unread > 0 && room.unread.value === 0) return true
  if (message === undefined) {
    // For a room that is not joined, the server tells the last message, and when the last one came, deleted or not.
    const last = room.standing.hinted.value
    return last === undefined || (last.at === said.at && !isSame(last, said))
  }
  const { timeline } = room.feed
  timeline.version.value
  const now = timeline.find(message.id)
  return timeline.isDeleted(message.id) || (now !== undefined && excerptOf(now) !== said.excerpt)
}

type Said = Pick<News, "userId" | "excerpt">

function isSame(one: Said, other: Said): boolean {
  return one.userId === other.userId && one.excerpt === other.excerpt
}
