/**
 * Which comings and goings are worth a notice. A page that is loaded again, a phone that
 * changes its network and a server that restarts bring people back within seconds, and
 * say nothing.
 */
import type { Clock } from "./clock.ts"
import { Notices } from "./notices.ts"
import type { Member } from "./wire.ts"

/** Who lost the connection may come back within this time without a word. */
const returnMs = 5_000
/** After our own return, those who were here before may come back within this time without a word. */
const reunionMs = 30_000

export class Movements {
  readonly notices = new Notices()
  readonly #clock: Clock
  readonly #leaving = new Set<string>()
  #known: ReadonlySet<string> = new Set()
  #reunionEndsMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** We come (back) ourselves; these were here when we were here last. */
  begin(userIds: Iterable<string>): void {
    const stillAwaited = this.#isReunion() ? this.#known : []
    this.#known = new Set([...stillAwaited, ...userIds])
    this.#reunionEndsMs = this.#clock.elapsedMs() + reunionMs
  }

  joined(messageId: string, { userId, username }: Member): void {
    const isReturn = this.#leaving.delete(userId) || (this.#isReunion() && this.#known.has(userId))
    if (!isReturn) this.notices.add(messageId, userId, username, "joined")
  }

  /** `messageId` is asked for when it is told, which may be later. */
  async left(messageId: () => string, { userId, username }: Member, reason: "leave" | "disconnect"): Promise<void> {
    if (reason === "disconnect") {
      if (this.#leaving.has(userId)) return
      this.#leaving.add(userId)
      await this.#clock.wait(returnMs)
      if (!this.#leaving.delete(userId)) return
    }
    this.notices.add(messageId(), userId, username, "left")
  }

  #isReunion(): boolean {
    return this.#clock.elapsedMs() < this.#reunionEndsMs
  }
}
