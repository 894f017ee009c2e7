import { expect, test } from "bun:test"
import fc from "fast-check"
import { RevSet } from "../../src/load/delivery/rev-set.ts"

test("it holds what was added, and names what is missing between, in any order of adding", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40)), fc.nat(40), fc.nat(45), (revs, above, upto) => {
      const set = new RevSet()
      for (const rev of revs) set.add(rev)

      const all = Array.from({ length: 46 }, (_, rev) => rev)
      expect(all.filter((rev) => set.has(rev))).toEqual(all.filter((rev) => revs.includes(rev)))
      expect([...set.missing(above, upto)]).toEqual(
        all.filter((rev) => rev > above && rev <= upto && !revs.includes(rev)),
      )
    }),
    { seed: 1, numRuns: 500 },
  )
})
