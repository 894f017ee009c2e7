/** How long ago something was, in the reader's language. */
import { dayMs } from "../../contract/durations.ts"
import { formats, laterTexts } from "../texts/texts.ts"

/** "now", "5 min. ago", "yesterday". */
export function describeAge(atMs: number, nowMs: number): string {
  const minutes = Math.round((atMs - nowMs) / 60_000)
  if (minutes > -1) return laterTexts().times.now
  if (minutes > -60) return formats().age.format(minutes, "minute")
  if (minutes > -60 * 24) return formats().age.format(Math.round(minutes / 60), "hour")
  const days = Math.round((atMs - nowMs) / dayMs)
  return days > -30 ? formats().age.format(days, "day") : formats().date.format(atMs)
}
