/**
 * The day and the zone that times are told in. Both change while a page is open: at midnight, after a flight, with
 * the clock of a phone. Whoever reads them here is told.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { dayOf } from "./times.ts"

const current = signal(describe(Date.now()))

/** Another text when days or hours may be told otherwise than before. */
export const calendar: ReadonlySignal<string> = current

/** Looks whether it changed; `onZone` comes first when the zone did. */
export function checkCalendar(nowMs: number, onZone: () => void): void {
  const now = describe(nowMs)
  if (zoneIn(now) !== zoneIn(current.value)) onZone()
  current.value = now
}

function describe(nowMs: number): string {
  return `${dayOf(nowMs)} ${new Intl.DateTimeFormat().resolvedOptions().timeZone}`
}

function zoneIn(description: string): string {
  return description.slice(description.indexOf(" "))
}
