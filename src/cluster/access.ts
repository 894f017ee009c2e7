/**
 * Who may be in one room, as far as this server knows. The access of a room has a number
 * of its own, which rises with each removal: nobody is let in by an earlier one than is
 * known, and who is here is looked at again where removals were not heard of.
 */
import type { Eviction } from "../chat/neighbours.ts"
import type { ChatStore } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { ask } from "./ask.ts"

export interface AccessOptions {
  readonly inner: ChatStore
  readonly usersIn: (roomId: RoomId) => readonly UserId[]
  /** They are no members any more, and nobody has said so. */
  readonly evict: (eviction: Eviction) => void
}

export class Access {
  readonly #roomId: RoomId
  readonly #options: AccessOptions
  #known = 0
  /** Up to there it was looked who of those here may stay; nowhere before somebody came. */
  #checked: number | undefined

  constructor(roomId: RoomId, options: AccessOptions) {
    this.#roomId = roomId
    this.#options = options
  }

  /** Somebody was removed by then, and is put out by whoever says so. */
  raise(accessRev: number): void {
    this.#known = Math.max(this.#known, accessRev)
  }

  /** Whoever joined by that may have been removed since. */
  isOutdated(accessRev: number): boolean {
    return accessRev < this.#known
  }

  /** Somebody comes, let in by that. */
  begin(accessRev: number): void {
    this.#checked ??= accessRev
  }

  /** The store says where it stands: if that is not what it was, looks who of those here may stay. */
  found(accessRev: number): void {
    this.raise(accessRev)
    if (this.#checked !== undefined && this.#checked < accessRev) this.#check()
  }

  #check(): void {
    const { inner, usersIn, evict } = this.#options
    const roomId = this.#roomId
    ask(inner, { kind: "strangers", roomId, userIds: usersIn(roomId) }, (found) => {
      if (found instanceof ChatError) return
      const { userIds, accessRev } = found
      this.#checked = Math.max(this.#checked ?? 0, accessRev)
      for (const userId of userIds) evict({ roomId, userId, accessRev })
    })
  }
}
