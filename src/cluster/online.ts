/**
 * Who is online on the other servers, as each of them repeats. A server that is silent for
 * long is gone, with all its people, unless the bus itself is down.
 */
import type { News } from "../chat/neighbours.ts"
import type { UserId } from "../contract/values.ts"
import type { ServerId } from "./news.ts"

/** Three times the interval at which a server repeats it. */
export const silentMs = 12_000

export class OnlineElsewhere {
  readonly #hear: (news: News) => void
  readonly #heardMs = new Map<ServerId, number>()

  constructor(hear: (news: News) => void) {
    this.#hear = hear
  }

  heard(server: ServerId, userIds: readonly UserId[], nowMs: number): void {
    if (userIds.length === 0) this.#heardMs.delete(server)
    else this.#heardMs.set(server, nowMs)
    this.#hear({ kind: "online", server, userIds })
  }

  /** The bus was away, and is back. */
  back(nowMs: number): void {
    for (const server of this.#heardMs.keys()) this.#heardMs.set(server, nowMs)
  }

  /** While the bus is there. */
  tick(nowMs: number): void {
    for (const [server, heardMs] of this.#heardMs) if (nowMs - heardMs >= silentMs) this.heard(server, [], nowMs)
  }
}
