/**
 * Something that takes long to make, made when it is asked for first and kept from then on.
 * Who asks meanwhile waits for the same. A failure is not kept: it is everybody's answer for
 * a moment, so that many requests are not as many attempts, and then it is tried again.
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
