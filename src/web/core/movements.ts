/**
 * Which arrivals and departures are worth a notice. A reloaded page, a phone that changes
 * networks and a restarted server bring people back within seconds, without a notice.
 */
import type { Clock } from "./clock.ts"
import { Notices } from "./notices.ts"
import type { Member, UserLeft } from "./wire.ts"

/** How long somebody who lost the connection may take to return without a notice. */
const returnMs = 15_000
/** After our own return: how long those who were here before may take to return without a notice. */
const reunionMs = 30_000

export class Movements {
  readonly notices = new Notices()
  readonly #clock: Clock
  /** Those who may still come back, each with the latest loss: only that one is waited for. */
  readonly #leaving = new Map<string, symbol>()
  #known: ReadonlySet<string> = new Set()
  #reunionEndsMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** We enter (again) ourselves; these people were here when we were here last. */
  begin(userIds: Iterable<string>): void {
    const stillAwaited = this.#isReunion() ? this.#known : []
    this.#known = new Set([...stillAwaited, ...userIds])
    this.#reunionEndsMs = this.#clock.elapsedMs() + reunionMs
  }

  /** Our join says that these are here: those who had lost their connection came back while we were away. */
  found(members: readonly Member[]): void {
    for (const { userId } of members) this.#leaving.delete(userId)
  }

  joined(messageId: string, { userId, username }: Member): void {
    const isReturn = this.#leaving.delete(userId) || (this.#isReunion() && this.#known.has(userId))
    if (!isReturn) this.notices.add(messageId, userId, username, "joined")
  }

  /** `messageId` is called when the notice is shown, which may be later. */
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
