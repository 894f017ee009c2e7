/**
 * Incidents: always counted, and logged at a rate at which nobody can fill the log. The
 * next line of a kind says how many were not logged. Of a person it shows the address, and
 * never a token or a text.
 */
import type { Counters } from "./counters.ts"
import { log } from "./log.ts"

/** So many lines at once; after that, one more each time so many milliseconds have passed. */
interface Pace {
  readonly atOnce: number
  readonly thenEveryMs: number
}

const paces = {
  usual: { atOnce: 20, thenEveryMs: 10_000 },
  /** For what stays the same when it happens again: a missing setting, a full disk. */
  seldom: { atOnce: 1, thenEveryMs: 10_000 },
  hourly: { atOnce: 1, thenEveryMs: 3_600_000 },
} as const satisfies Record<string, Pace>

interface Telling {
  /** `error`: the server's own fault; `warn`: somebody else's; `info`: nobody's. */
  readonly level?: "info" | "warn" | "error"
  readonly pace?: keyof typeof paces
}

export class Incidents {
  readonly counters: Counters
  readonly #elapsedMs: () => number
  readonly #kinds = new Map<string, Kind>()

  constructor(counters: Counters, elapsedMs: () => number) {
    this.counters = counters
    this.#elapsedMs = elapsedMs
  }

  /** For what happens all the time: counted only. */
  count(name: string): void {
    this.counters.add(name)
  }

  /** `text` names its properties in braces. There are few names, and none comes from a client. */
  report(name: string, text: string, properties: Record<string, unknown> = {}, telling: Telling = {}): void {
    const { level = "warn", pace = "usual" } = telling
    this.counters.add(name)
    const untold = this.#kindOf(name).tell(paces[pace], this.#elapsedMs())
    if (untold === undefined) return
    const more = untold === 0 ? "" : " ({untold} more since the last such line)"
    log[level](text + more, { ...properties, incident: name, untold })
  }

  #kindOf(name: string): Kind {
    const known = this.#kinds.get(name)
    if (known !== undefined) return known
    const kind = new Kind()
    this.#kinds.set(name, kind)
    return kind
  }
}

/** The lines of one kind. */
class Kind {
  /** The time until the full burst is available again, as of `#atMs`. */
  #debtMs = 0
  #atMs = 0
  #untold = 0

  /** How many were not logged before this one, if it is to be logged; undefined if it is not. */
  tell({ atOnce, thenEveryMs }: Pace, nowMs: number): number | undefined {
    const debtMs = Math.max(0, this.#debtMs - (nowMs - this.#atMs)) + thenEveryMs
    if (debtMs > atOnce * thenEveryMs) {
      this.#untold++
      return undefined
    }
    this.#debtMs = debtMs
    this.#atMs = nowMs
    const untold = this.#untold
    this.#untold = 0
    return untold
  }
}
