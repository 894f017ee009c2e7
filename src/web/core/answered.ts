/** What a message that is being written answers, as it is by now; `undefined` once it is known to be gone. */
import { excerptOf } from "./excerpt.ts"
import type { Timeline } from "./timeline.ts"
import type { Quote } from "./wire.ts"

export function answeredNow(quoted: Quote, timeline: Timeline): Quote | undefined {
  timeline.version.value
  const known = timeline.find(quoted.id)
  if (known !== undefined) return { ...quoted, excerpt: excerptOf(known) }
  // Where nothing was fetched it may be there.
  return timeline.isLoaded && timeline.gapAt(quoted.seq) === undefined ? undefined : quoted
}
