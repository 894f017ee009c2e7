/**
 * Ranges of a room that were not fetched yet.
 *
 * Both ends are exclusive: everything up to `after` and from `before` on is known, or is the beginning of the room (0).
 * A `seq` need not belong to a message, so a gap may contain fewer messages than it spans, or none.
 */
export interface Gap {
  readonly after: number
  readonly before: number
}

/** The largest number of messages in it. */
export function spanOf({ after, before }: Gap): number {
  return Math.max(0, before - after - 1)
}

/** What remains of a gap once a range of `seq`s is known. */
export function without({ after, before }: Gap, from: number, to: number): Gap[] {
  const rest = [
    { after, before: Math.min(before, from) },
    { after: Math.max(after, to), before },
  ]
  return rest.filter((gap) => spanOf(gap) > 0)
}

/** The `seq` at this fraction (from 0 to 1) of a gap. */
export function seqWithin({ after, before }: Gap, part: number): number {
  return Math.min(before - 1, after + 1 + Math.floor(Math.max(0, part) * (before - after - 1)))
}
