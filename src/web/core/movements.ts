/**
 * Which comings and goings are worth a notice. A page that is loaded again, a phone that
 * changes its network and a server that restarts bring people back within seconds, and
 * say nothing.
 */
import type { Clock } from "./clock.ts"
import { Notices } from "./notices.ts"
import type { Member, UserLeft } from "./wire.ts"

/** Who lost the connection may come back within this time without a word. */
const returnMs = 15_000
/** After our own return, those who were here before may come back within this time without a word. */
const reunionMs = 30_000

export class Movements {
  readonly notices = new Notices()
  readonly #clock: Clock
  /** Who may come back yet, each with the loss that is waited for: an earlier one is over. */
  readonly #leaving = new Map<string, symbol>()
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

  /** These are here, as our own join tells: whoever of them lost the connection came back while we were away. */
  found(members: readonly Member[]): void {
    for (const { userId } of members) this.#leaving.delete(userId)
  }

  joined(messageId: string, { userId, username }: Member): void {
    const isReturn = this.#leaving.delete(userId) || (this.#isReunion() && this.#known.has(userId))
    if (!isReturn) this.notices.add(messageId, userId, username, "joined")
  }

  /** `messageId` is asked for when it is told, which may be later. */
  async left(messageId: () => string, { userId, username }: Member, reason: UserLeft["reason"]): Promise<void> {
    if (reason === "disconnect") {
      if (this.#leaving.has(userId)) return
      const loss = Symbol()
      this.#leaving.set(userId, loss)
      await this.#clock.wait(returnMs)
      if (this.#leaving.get(userId) !== loss) return
      this.#leaving.delete(userId)
    }
    this.notices.add(messageId(), userId, username, "left")
  }

  #isReunion(): boolean {
    return this.#clock.elapsedMs() < this.#reunionEndsMs
  }
}
