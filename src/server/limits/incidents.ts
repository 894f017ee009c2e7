/**
 * What went wrong at the edge: always counted, and told in the log so often that nobody
 * can fill it. Of a person it tells the address, and never a token or what was written.
 */
import type { Counters } from "../../observe/counters.ts"
import { log } from "../../observe/log.ts"
import type { Clock } from "../clock.ts"
import { Bucket } from "./buckets.ts"

/** Of one kind. What comes beyond it is told by its number. */
const linesRate = { atOnce: 20, thenEveryMs: 10_000 }

interface Kind {
  readonly lines: Bucket
  untold: number
}

export class Incidents {
  readonly #counters: Counters
  readonly #clock: Clock
  readonly #kinds = new Map<string, Kind>()

  constructor(counters: Counters, clock: Clock) {
    this.#counters = counters
    this.#clock = clock
  }

  /** For what happens all the time. */
  count(name: string): void {
    this.#counters.add(name)
  }

  /** `text` names its properties in braces. The names are few, and none is a client's. */
  report(name: string, text: string, properties: Record<string, unknown> = {}): void {
    this.#counters.add(name)
    const kind = this.#kindOf(name)
    if (kind.lines.take(linesRate, this.#clock.elapsedMs()) > 0) {
      kind.untold++
      return
    }
    const more = kind.untold === 0 ? "" : " ({untold} more since the last such line)"
    log.warn(text + more, { ...properties, incident: name, untold: kind.untold })
    kind.untold = 0
  }

  #kindOf(name: string): Kind {
    const known = this.#kinds.get(name)
    if (known !== undefined) return known
    const kind = { lines: new Bucket(), untold: 0 }
    this.#kinds.set(name, kind)
    return kind
  }
}
