/**
 * Who may be in one room, as far as this server knows. The access of a room has a number,
 * which rises with each removal: nobody is let in by a lower number than is known, and the
 * people here are checked again where removals were not heard of.
 */
import type { Eviction } from "../chat/neighbours.ts"
import type { ChatStore } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { ask } from "./ask.ts"

export interface AccessOptions {
  readonly inner: ChatStore
  readonly usersIn: (roomId: RoomId) => readonly UserId[]
  /** They are no longer members, and no server has said so. */
  readonly evict: (eviction: Eviction) => void
}

export class Access {
  readonly #roomId: RoomId
  readonly #options: AccessOptions
  #known = 0
  /** The access number up to which the people here were checked; undefined before somebody came. */
  #checked: number | undefined

  constructor(roomId: RoomId, options: AccessOptions) {
    this.#roomId = roomId
    this.#options = options
  }

  /** Somebody was removed by this number, and whoever says so removes them here. */
  raise(accessRev: number): void {
    this.#known = Math.max(this.#known, accessRev)
  }

  /** Whether somebody who joined by this number may have been removed since. */
  isOutdated(accessRev: number): boolean {
    return accessRev < this.#known
  }

  /** Somebody enters, let in by this number. */
  begin(accessRev: number): void {
    this.#checked ??= accessRev
  }

  /** The store says the current number. If it has changed, checks who of those here may stay. */
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
