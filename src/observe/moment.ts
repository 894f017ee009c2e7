/** Moments for people: in UTC, to the second. */
export function momentOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+/, "")
}

/** For file names, in which some systems allow no colon. */
export function momentInName(epochMs: number): string {
  return momentOf(epochMs).replaceAll(":", "-")
}
