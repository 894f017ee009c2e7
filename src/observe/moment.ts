/** Moments as people are told them: in UTC, and to the second. */
export function momentOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+/, "")
}

/** In a name of a file, which may have no colon everywhere. */
export function momentInName(epochMs: number): string {
  return momentOf(epochMs).replaceAll(":", "-")
}
