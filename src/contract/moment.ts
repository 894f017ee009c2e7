/** A moment as clients are told it: ISO 8601, in UTC, with milliseconds. */
export function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
