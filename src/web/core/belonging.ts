/** The members of a room, here or not, and one's own rights there: fetched when somebody looks at them. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"
import type { RoomScope } from "./scope.ts"
import type { Answer } from "./wire.ts"

export type RoomMember = Answer<"list_members">["members"][number]
export type RoomRole = RoomMember["role"]

/** Nobody reads a longer list. */
const membersMax = 1_000
const pageLength = 200

export class Belonging {
  readonly #scope: Pick<RoomScope, "roomId" | "connection" | "user">
  readonly #isAdmin: () => boolean
  readonly #members = signal<readonly RoomMember[]>([])
  /** Counts of members beyond the last one fetched. */
  readonly unlisted = signal({ total: 0, online: 0 })
  readonly #told = signal<RoomRole | undefined>(undefined)
  /** Answers to earlier questions are dropped. */
  #asked = 0

  /** Administrators moderate where they are members. */
  constructor(scope: Pick<RoomScope, "roomId" | "connection" | "user">, isAdmin: () => boolean) {
    this.#scope = scope
    this.#isAdmin = isAdmin
  }

  get members(): ReadonlySignal<readonly RoomMember[]> {
    return this.#members
  }

  /** One's own role, once it is known. */
  readonly role: ReadonlySignal<RoomRole | undefined> = computed(
    () => this.#told.value ?? this.#members.value.find(({ userId }) => userId === this.#scope.user().userId)?.role,
  )

  /** The server told this person's role in the room. */
  tell(role: RoomRole | undefined): void {
    this.#told.value = role
  }

  describe(members: readonly RoomMember[]): void {
    this.#members.value = members
  }

  get mayModerate(): boolean {
    const mine = this.role.value
    return mine !== undefined && (mine !== "member" || this.#isAdmin())
  }

  get isOwner(): boolean {
    return this.role.value === "owner"
  }

  async refresh(): Promise<void> {
    const asked = ++this.#asked
    const found: RoomMember[] = []
    let unlisted = this.unlisted.value
    let cursor: string | undefined
    do {
      const place = { roomId: this.#scope.roomId, userId: this.#scope.user().userId }
      const reply = await this.#scope.connection.request("list_members", { ...place, limit: pageLength, cursor })
      if (!reply.ok || asked !== this.#asked) return
      found.push(...reply.members)
      const online = found.filter(({ isOnline }) => isOnline).length
      unlisted = { total: Math.max(0, reply.total - found.length), online: Math.max(0, reply.online - online) }
      cursor = reply.cursor
    } while (cursor !== undefined && found.length < membersMax)
    this.#members.value = found
    this.unlisted.value = unlisted
  }
}
