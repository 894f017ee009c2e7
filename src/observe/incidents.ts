/**
 * What went wrong: always counted, and told in the log so often that nobody can fill it.
 * What was not told is told by its number, with the next line of its kind. Of a person it
 * tells the address, and never a token or what was written.
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
  /** For what does not change by happening again: a setting that is missing, a disk that is full. */
  seldom: { atOnce: 1, thenEveryMs: 10_000 },
  hourly: { atOnce: 1, thenEveryMs: 3_600_000 },
} as const satisfies Record<string, Pace>

interface Telling {
  /** An error is the server's own; a warning is somebody else's, and information nobody's fault. */
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

  /** For what happens all the time. */
  count(name: string): void {
    this.counters.add(name)
  }

  /** `text` names its properties in braces. The names are few, and none is a client's. */
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
  /** The time until all lines may be told again at once, as of `#atMs`. */
  #debtMs = 0
  #atMs = 0
  #untold = 0

  /** How many went untold before this one, which is to be told; undefined if it is not. */
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
