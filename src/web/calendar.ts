/**
 * Follows the reader's day and time zone: a timer to midnight would sleep with the machine, so it checks now and then.
 */
import { checkCalendar } from "./core/calendar.ts"
import { renewFormats } from "./texts/texts.ts"

const checkMs = 20_000

export function followCalendar(): void {
  const check = () => checkCalendar(Date.now(), renewFormats)
  setInterval(check, checkMs)
  document.addEventListener("visibilitychange", check)
  addEventListener("focus", check)
}
