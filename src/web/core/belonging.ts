/** Who belongs to a room, here or not, and what one may do there: asked for where somebody looks at it. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"
import type { RoomScope } from "./scope.ts"
import type { Answer, Refusal } from "./wire.ts"

export type RoomMember = Answer<"list_members">["members"][number]
export type RoomRole = RoomMember["role"]

/** Nobody reads a longer list. */
const membersMax = 1_000
const pageLength = 200

const ranks: Readonly<Record<RoomRole, number>> = { member: 0, moderator: 1, owner: 2 }

export class Belonging {
  readonly #scope: Pick<RoomScope, "roomId" | "connection" | "user">
  readonly #isAdmin: () => boolean
  readonly #members = signal<readonly RoomMember[]>([])

  /** Administrators moderate where they are members. */
  constructor(scope: Pick<RoomScope, "roomId" | "connection" | "user">, isAdmin: () => boolean) {
    this.#scope = scope
    this.#isAdmin = isAdmin
  }

  get members(): ReadonlySignal<readonly RoomMember[]> {
    return this.#members
  }

  /** One's own, once they were asked for. */
  readonly role: ReadonlySignal<RoomRole | undefined> = computed(
    () => this.#members.value.find(({ userId }) => userId === this.#scope.user().userId)?.role,
  )

  get mayModerate(): boolean {
    const mine = this.role.value
    return mine !== undefined && (mine !== "member" || this.#isAdmin())
  }

  get isOwner(): boolean {
    return this.role.value === "owner"
  }

  /** Whether one may remove this member: those who are lower. */
  mayRemove({ userId, role }: RoomMember): boolean {
    const mine = Math.max(ranks[this.role.value ?? "member"], this.#isAdmin() ? ranks.moderator : 0)
    return this.mayModerate && userId !== this.#scope.user().userId && ranks[role] < mine
  }

  async refresh(): Promise<void> {
    const found: RoomMember[] = []
    let cursor: string | undefined
    do {
      const place = { roomId: this.#scope.roomId, userId: this.#scope.user().userId }
      const reply = await this.#scope.connection.request("list_members", { ...place, limit: pageLength, cursor })
      if (!reply.ok) return
      found.push(...reply.members)
      cursor = reply.cursor
    } while (cursor !== undefined && found.length < membersMax)
    this.#members.value = found
  }

  add = (targetId: string) => this.#act("add_member", targetId, {})
  remove = (targetId: string, { ban = false } = {}) => this.#act("remove_member", targetId, { ban })
  unban = (targetId: string) => this.#act("unban_member", targetId, {})
  setRole = (targetId: string, role: RoomRole) => this.#act("set_role", targetId, { role })

  /** Resolves to what the server refused, or to undefined once it is done and seen. */
  async #act<E extends "add_member" | "remove_member" | "unban_member" | "set_role">(
    event: E,
    targetId: string,
    details: object,
  ): Promise<Refusal | undefined> {
    const { roomId, connection, user } = this.#scope
    const payload = { roomId, userId: user().userId, targetId, ...details }
    const reply = await connection.request(event, payload as Parameters<typeof connection.request<E>>[1])
    if (!reply.ok) return reply.error
    await this.refresh()
    return undefined
  }
}
