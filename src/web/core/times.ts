/** Times as the reader's zone and customs have them. Formatters are made once: making one costs more than using it. */
const hour = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" })
const withYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" })
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" })

const dayMs = 86_400_000

export const hourOf = (atMs: number): string => hour.format(atMs)

export const momentOf = (atMs: number): string => full.format(atMs)

/** Equal for two moments of the same day where the reader is. */
export function dayOf(atMs: number): number {
  const date = new Date(atMs)
  return date.getFullYear() * 10_000 + date.getMonth() * 100 + date.getDate()
}

/** "Today", "Yesterday", "Monday, 3 March"; with the year when it is another. */
export function describeDay(atMs: number, nowMs: number): string {
  const day = dayOf(atMs)
  if (day === dayOf(nowMs)) return "Today"
  if (day === dayOf(dayBefore(nowMs))) return "Yesterday"
  const isThisYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear()
  return (isThisYear ? weekday : withYear).format(atMs)
}

/** "now", "5 min. ago", "yesterday". */
export function describeAge(atMs: number, nowMs: number): string {
  const minutes = Math.round((atMs - nowMs) / 60_000)
  if (minutes > -1) return "now"
  if (minutes > -60) return relative.format(minutes, "minute")
  if (minutes > -60 * 24) return relative.format(Math.round(minutes / 60), "hour")
  const days = Math.round((atMs - nowMs) / dayMs)
  return days > -30 ? relative.format(days, "day") : withYear.format(atMs)
}

/** Not 24 hours ago: the day the clocks change has more or fewer. */
function dayBefore(nowMs: number): number {
  const date = new Date(nowMs)
  date.setDate(date.getDate() - 1)
  return date.getTime()
}
