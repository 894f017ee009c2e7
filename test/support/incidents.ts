import { Counters } from "../../src/observe/counters.ts"
import { Incidents } from "../../src/observe/incidents.ts"
import type { Clock } from "../../src/server/clock.ts"
import { stoppedClock } from "./clock.ts"

/** Of a clock that stands still, unless one is given. */
export function newIncidents(clock: Clock = stoppedClock().clock): Incidents {
  return new Incidents(new Counters(), clock.elapsedMs)
}
