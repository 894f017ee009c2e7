import { heapStats } from "bun:jsc"
import { expect, test } from "bun:test"
import fc from "fast-check"
import { median } from "../../bench/stats.ts"
import { FewMap, FewSet } from "../../src/chat/few.ts"

const key = fc.integer({ min: 0, max: 3 })
type Step =
  | { readonly kind: "set"; readonly key: number; readonly value: string }
  | { readonly kind: "delete"; readonly key: number }
  | { readonly kind: "clear" }
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), key, value: fc.string() }),
  fc.record({ kind: fc.constant("delete" as const), key }),
  fc.record({ kind: fc.constant("clear" as const) }),
)

/** Says what it says, but for itself. */
function apply(
  map: Pick<Map<number, string>, "delete" | "clear"> & { set(key: number, value: string): unknown },
  one: Step,
) {
  if (one.kind === "set") return map.set(one.key, one.value) === map
  return one.kind === "delete" ? map.delete(one.key) : map.clear()
}

test("a map of few is a map, whatever is put in and taken out", () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const [few, map] = [new FewMap<number, string>(), new Map<number, string>()]
      for (const one of steps) {
        expect(apply(few, one)).toEqual(apply(map, one))
        expect([...few]).toEqual([...map])
        expect([[...few.keys()], [...few.values()], few.size]).toEqual([[...map.keys()], [...map.values()], map.size])
        for (let k = 0; k <= 4; k++) expect([few.has(k), few.get(k)]).toEqual([map.has(k), map.get(k)])
        expect([...new FewMap(few)]).toEqual([...map])
      }
    }),
  )
})

test("a set of few is a set", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), key)), (steps) => {
      const [few, set] = [new FewSet<number>(), new Set<number>()]
      for (const [isAdded, value] of steps) {
        if (isAdded) expect([...few.add(value)]).toEqual([...set.add(value)])
        else expect(few.delete(value)).toBe(set.delete(value))
        expect([[...few], few.size, few.has(value)]).toEqual([[...set], set.size, set.has(value)])
      }
    }),
  )
})

test("one entry takes less than half of what a Map takes", () => {
  const count = 5_000
  const bytesOf = (make: (n: number) => unknown) => {
    const kept: unknown[] = Array(count).fill(undefined)
    Bun.gc(true)
    const before = heapStats().heapSize
    for (let n = 0; n < count; n++) kept[n] = make(n)
    Bun.gc(true)
    return (heapStats().heapSize - before) / kept.length
  }
  // What others left behind may be let go in the middle of one look, and not of most.
  const rounds = Array.from({ length: 5 }, () => ({
    map: bytesOf((n) => new Map([[n, n]])),
    fewMap: bytesOf((n) => new FewMap([[n, n]])),
    fewSet: bytesOf((n) => new FewSet<number>().add(n)),
  }))
  const usual = (of: keyof (typeof rounds)[number]) => median(rounds.map((round) => round[of]))
  expect(usual("fewMap")).toBeLessThan(usual("map") / 2)
  expect(usual("fewSet")).toBeLessThan(usual("map") / 2)
})
