/** Units of time in milliseconds, for what is told or set in them. A day is 24 hours here, not a date of a calendar. */
export const secondMs = 1_000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
