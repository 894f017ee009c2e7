/**
 * A message's place in the index: its time, and a number among the messages of that
 * millisecond. If all places of a millisecond are taken, the next one is used.
 */

/** Enough for a server whose clock stands still for a while; with this number, places are safe integers until 2079. */
const perMs = 4_096
const firstMs = Date.UTC(2010, 0, 1)

export const Places = {
  /** The first place of a moment. */
  at: (epochMs: number): number => (epochMs - firstMs) * perMs,

  /** `last` finds the last place taken in a range, whose end is exclusive. */
  free: (epochMs: number, last: (from: number, to: number) => number | undefined): number => {
    for (let from = Places.at(epochMs); ; from += perMs) {
      const taken = last(from, from + perMs)
      if (taken === undefined) return from
      if (taken + 1 < from + perMs) return taken + 1
    }
  },
} as const
