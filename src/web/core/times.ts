/** Times in the reader's zone and format. */
import { dayMs } from "../../contract/durations.ts"
import { formats, texts } from "../texts/texts.ts"

export const hourOf = (atMs: number): string => formats().hour.format(atMs)

/** Without "AM" or "PM": "3:26". */
export function clockOf(atMs: number): string {
  const parts = formats().hour.formatToParts(atMs)
  const digits = parts.filter(({ type }) => type !== "dayPeriod").map(({ value }) => value)
  return digits.join("").trim()
}

export const momentOf = (atMs: number): string => formats().moment.format(atMs)

/** Equal for moments of the same day in the reader's zone. */
export const dayOf = (atMs: number): string => new Date(atMs).toDateString()

/** "Today", "Yesterday", "Monday, 3 March"; with the year when it is another. */
export function describeDay(atMs: number, nowMs: number): string {
  const day = dayOf(atMs)
  if (day === dayOf(nowMs)) return texts().times.today
  if (day === dayOf(dayBefore(nowMs))) return texts().times.yesterday
  const isThisYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear()
  return (isThisYear ? formats().weekday : formats().date).format(atMs)
}

/** Short, for a list of rooms: the time today, the weekday this week, else the date. */
export function describeMoment(atMs: number, nowMs: number): string {
  const { hour, shortWeekday, shortDate } = formats()
  if (dayOf(atMs) === dayOf(nowMs)) return hour.format(atMs)
  return (nowMs - atMs < 6 * dayMs ? shortWeekday : shortDate).format(atMs)
}

/** Not 24 hours ago: days on which clocks change have more or fewer. */
function dayBefore(nowMs: number): number {
  const date = new Date(nowMs)
  date.setDate(date.getDate() - 1)
  return date.getTime()
}
