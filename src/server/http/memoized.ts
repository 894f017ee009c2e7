/**
 * Something slow to make, made when it is first asked for and kept from then on. Requests
 * meanwhile wait for the same result. A failure is kept only for a moment, so that many
 * requests are not as many attempts, and then it is tried again.
 */
import type { Clock } from "../clock.ts"

const failureCountsMs = 1_000

export function memoized<T>(make: () => Promise<T>, { elapsedMs }: Pick<Clock, "elapsedMs">): () => Promise<T> {
  let result: Promise<T> | undefined
  let failedMs: number | undefined
  return () => {
    if (failedMs !== undefined && elapsedMs() - failedMs >= failureCountsMs) result = undefined
    if (result !== undefined) return result
    failedMs = undefined
    result = make()
    result.catch(() => {
      failedMs = elapsedMs()
    })
    return result
  }
}
