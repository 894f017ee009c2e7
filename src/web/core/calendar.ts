/**
 * The day and time zone in which times are shown. Both change while a page is open: at midnight, after a flight, with a
 * phone's clock. Whoever reads them here is updated.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { dayOf } from "./times.ts"

const current = signal(describe(Date.now()))

/** A text that differs when days or hours may be shown differently. */
export const calendar: ReadonlySignal<string> = current

/** Checks whether it changed; `onChange` is called first. */
export function checkCalendar(nowMs: number, onChange: () => void): void {
  const now = describe(nowMs)
  if (now === current.value) return
  onChange()
  current.value = now
}

function describe(nowMs: number): string {
  return `${dayOf(nowMs)} ${new Intl.DateTimeFormat().resolvedOptions().timeZone}`
}
