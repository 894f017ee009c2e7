/** Chance that can be repeated: the same seed gives the same numbers, from 0 (included) to 1 (excluded). */
export type Random = () => number

/** mulberry32, public domain, by Tommy Ettinger. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A seed of its own for each run, or the one of the variable SEED; printed, so that a failure can be repeated. */
export function newSeed(what: string): number {
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32))
  console.log(`${what}: SEED=${seed}`)
  return seed
}
