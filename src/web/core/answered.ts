/** The message that a draft answers, in its current state; `undefined` once it is known to be deleted. */
import { excerptOf } from "./excerpt.ts"
import type { Timeline } from "./timeline.ts"
import type { Quote } from "./wire.ts"

export function answeredNow(quoted: Quote, timeline: Timeline): Quote | undefined {
  timeline.version.value
  const known = timeline.find(quoted.id)
  if (known !== undefined) return { ...quoted, excerpt: excerptOf(known) }
  // If it was not fetched, it may exist.
  return timeline.isLoaded && timeline.gapAt(quoted.seq) === undefined ? undefined : quoted
}
