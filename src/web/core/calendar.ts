/**
 * The day and the zone that times are told in. Both change while a page is open: at midnight, after a flight, with
 * the clock of a phone. Whoever reads them here is told.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { dayOf } from "./times.ts"

const current = signal(describe(Date.now()))

/** Another text when days or hours may be told otherwise than before. */
export const calendar: ReadonlySignal<string> = current

/** Looks whether it changed; `onChange` comes first. */
export function checkCalendar(nowMs: number, onChange: () => void): void {
  const now = describe(nowMs)
  if (now === current.value) return
  onChange()
  current.value = now
}

function describe(nowMs: number): string {
  return `${dayOf(nowMs)} ${new Intl.DateTimeFormat().resolvedOptions().timeZone}`
}
