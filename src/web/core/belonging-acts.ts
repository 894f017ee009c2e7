/** Changing the members of a room. Each resolves to the server's refusal, or once it is done and visible. */
import type { RoomMember, RoomRole } from "./belonging.ts"
import type { Client } from "./client.ts"
import type { Room } from "./room.ts"
import type { Payload, Refusal } from "./wire.ts"

interface Acts {
  readonly add: (targetId: string) => Promise<Refusal | undefined>
  readonly remove: (targetId: string, options?: { readonly ban?: boolean }) => Promise<Refusal | undefined>
  readonly unban: (targetId: string) => Promise<Refusal | undefined>
  readonly setRole: (targetId: string, role: RoomRole) => Promise<Refusal | undefined>
}

export function actsIn(room: Room, { connection, identity }: Client): Acts {
  const act = async <E extends "add_member" | "remove_member" | "unban_member" | "set_role">(
    event: E,
    targetId: string,
    details: object = {},
  ) => {
    const payload = { roomId: room.id, userId: identity.userId, targetId, ...details }
    const reply = await connection.request(event, payload as Payload<E>)
    if (!reply.ok) return reply.error
    await room.belonging.refresh()
    return undefined
  }
  return {
    add: (targetId) => act("add_member", targetId),
    remove: (targetId, { ban = false } = {}) => act("remove_member", targetId, { ban }),
    unban: (targetId) => act("unban_member", targetId),
    setRole: (targetId, role) => act("set_role", targetId, { role }),
  }
}

const ranks: Readonly<Record<RoomRole, number>> = { member: 0, moderator: 1, owner: 2 }

/**
 * Whether one may remove this member: only those of a lower role. An administrator who moderates counts as a moderator.
 */
export function mayRemove({ belonging, userId }: Room, other: RoomMember): boolean {
  const mine = Math.max(ranks[belonging.role.value ?? "member"], ranks.moderator)
  return belonging.mayModerate && other.userId !== userId && ranks[other.role] < mine
}
