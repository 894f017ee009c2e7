/**
 * Fetches who is in a room, page by page. Who comes and goes meanwhile is told, except in a
 * crowd: there the list is of the moment it was fetched.
 */
import type { Presence } from "./presence.ts"
import type { RoomScope } from "./scope.ts"
import type { Member, Refusal } from "./wire.ts"

interface Wanted {
  /** No more than somebody wants to see. */
  readonly max: number
  readonly isWanted: () => boolean
  readonly onFound?: (members: readonly Member[]) => void
}

/** With the refusal that ended it, if any. */
export async function fetchMembers(
  { roomId, connection }: Pick<RoomScope, "roomId" | "connection">,
  presence: Presence,
  { max, isWanted, onFound }: Wanted,
): Promise<Refusal | undefined> {
  let cursor: string | undefined
  do {
    const reply = await connection.request("get_members", { roomId, cursor })
    if (!isWanted()) return undefined
    if (!reply.ok) return reply.error
    if (cursor === undefined) presence.list(reply.members)
    else presence.learn(reply.members)
    onFound?.(reply.members)
    cursor = reply.cursor
  } while (cursor !== undefined && presence.members.value.size < max)
  if (cursor === undefined) presence.count.value = presence.members.value.size
  return undefined
}
