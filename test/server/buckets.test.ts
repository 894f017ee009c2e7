import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { Bucket, BucketTable, Recent } from "../../src/server/limits/buckets.ts"

describe("[LIM1] a bucket", () => {
  const rate = { atOnce: 3, thenEveryMs: 100 }

  test("gives so many at once, then one each interval, and says how long to wait", () => {
    const bucket = new Bucket()
    const take = (nowMs: number) => bucket.take(rate, nowMs)
    expect([take(0), take(0), take(0)]).toEqual([0, 0, 0])
    expect([take(0), take(40), take(99.5)]).toEqual([100, 60, 1])
    expect([take(100), take(100)]).toEqual([0, 100])
    // Full again, and no more than full, after any pause.
    expect([take(9_000), take(9_000), take(9_000), take(9_000)]).toEqual([0, 0, 0, 100])
  })

  test("gives several tokens at a time, or none", () => {
    const bucket = new Bucket()
    expect(bucket.take(rate, 0, 2)).toBe(0)
    expect(bucket.take(rate, 0, 2)).toBe(100)
    expect(bucket.take(rate, 0, 1)).toBe(0)
  })

  test("gives more than it holds once it is full, so that who waits as told is not told so again", () => {
    const bucket = new Bucket()
    bucket.take(rate, 0)
    expect(bucket.take(rate, 0, 5)).toBe(100)
    expect(bucket.take(rate, 100, 5)).toBe(0)
    expect([bucket.take(rate, 100), bucket.take(rate, 400)]).toEqual([300, 0])
  })

  test("gives back one that was taken for nothing, and is never more than full", () => {
    const bucket = new Bucket()
    for (let i = 0; i < 3; i++) bucket.take(rate, 0)
    bucket.giveBack(rate)
    expect([bucket.take(rate, 0), bucket.take(rate, 0)]).toEqual([0, 100])
    const full = new Bucket()
    full.giveBack(rate)
    expect([full.take(rate, 0, 3), full.take(rate, 0)]).toEqual([0, 100])
  })

  test("is in debt for what was spent before it was counted, until that has passed", () => {
    const bucket = new Bucket()
    const charge = (nowMs: number, tokens: number) => bucket.charge(rate, nowMs, tokens)
    expect([charge(0, 2), charge(0, 1), charge(0, 2.5)]).toEqual([0, 0, 250])
    expect([bucket.debtMs(0), bucket.debtMs(50), bucket.debtMs(550), bucket.debtMs(551)]).toEqual([550, 500, 0, 0])
    expect(charge(249.5, 0)).toBe(1)
    expect(charge(250, 0)).toBe(0)
    expect([charge(10_000, 4), charge(10_000, 1), charge(10_100, 0)]).toEqual([100, 200, 100])
  })

  test("does not mind that sums of fractions are not exact", () => {
    const bucket = new Bucket()
    const tenth = { atOnce: 1, thenEveryMs: 0.1 }
    expect(bucket.take(tenth, 0)).toBe(0)
    for (let i = 1; i < 100; i++) expect(bucket.take(tenth, i * 0.1), `${i}`).toBe(0)
  })

  test("whatever the times: in no span more than so many and what the span adds; who waits as told is let in", () => {
    const steps = fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(steps, (pauses) => {
        const bucket = new Bucket()
        const taken: number[] = []
        let nowMs = 0
        for (const pause of pauses) {
          nowMs += pause
          const waitMs = bucket.take(rate, nowMs)
          if (waitMs > 0) {
            nowMs += waitMs
            expect(bucket.take(rate, nowMs)).toBe(0)
          }
          taken.push(nowMs)
        }
        for (const [first, from] of taken.entries()) {
          for (let last = first; last < taken.length; last++) {
            const most = rate.atOnce + (taken[last]! - from) / rate.thenEveryMs
            expect(last - first + 1).toBeLessThanOrEqual(most + 1e-3)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe("[LIM1] a table of buckets", () => {
  test("keeps one for each key", () => {
    const table = new BucketTable({ atOnce: 1, thenEveryMs: 100 })
    expect([table.take("a", 0), table.take("b", 0), table.take("a", 0)]).toEqual([0, 0, 100])
  })

  test("charges and gives back by key", () => {
    const table = new BucketTable({ atOnce: 2, thenEveryMs: 100 })
    expect([table.charge("a", 0, 3), table.charge("b", 0, 2)]).toEqual([100, 0])
    table.giveBack("b")
    table.giveBack("c")
    expect([table.take("a", 0), table.take("b", 0), table.take("b", 0)]).toEqual([200, 0, 100])
    expect(table.size).toBe(2)
  })

  test("lets those that are full go from a thousand on, and does not look at all of them each time", () => {
    const table = new BucketTable({ atOnce: 1, thenEveryMs: 100 })
    for (let i = 0; i < 1_024; i++) table.take(`old ${i}`, 0)
    expect(table.size).toBe(1_024)
    table.take("new", 1_000)
    expect(table.size).toBe(1)
    // None is full, so all stay; the next look is due when there are twice as many.
    for (let i = 0; i < 1_100; i++) table.take(`late ${i}`, 1_000)
    expect(table.size).toBe(1_101)
    for (let i = 0; i < 900; i++) table.take(`later ${i}`, 10_000)
    expect(table.size).toBe(2_001)
    for (let i = 0; i < 100; i++) table.take(`last ${i}`, 10_000)
    expect(table.size).toBeLessThan(1_024)
  })

  test("forgets those that are full again, and none that is not", () => {
    const table = new BucketTable({ atOnce: 2, thenEveryMs: 1_000 })
    for (let i = 0; i < 100_000; i++) table.take(`key ${i}`, i)
    // A bucket is full after a second, in which a thousand came; a sweep waits for as many more as it left.
    expect(table.size).toBeLessThanOrEqual(4_000)
    expect(table.take("key 99999", 99_999)).toBe(0)
    expect(table.take("key 99999", 99_999)).toBeGreaterThan(0)
  })

  test("holds a bounded number even if none is ever full, and throws the oldest out", () => {
    const table = new BucketTable({ atOnce: 1, thenEveryMs: 3_600_000 })
    for (let i = 0; i < 65_536; i++) table.take(`first ${i}`, 0)
    table.take("one more", 0)
    expect(table.size).toBe(49_153)
    let largest = 0
    for (let i = 0; i < 200_000; i++) {
      table.take(`key ${i}`, 0)
      largest = Math.max(largest, table.size)
    }
    expect(largest).toBe(65_536)
    expect(table.take("key 199999", 0)).toBeGreaterThan(0)
    expect(table.take("key 0", 0)).toBe(0)
  })
})

test("[LIM1] what happened so often within a time is known exactly", () => {
  const times = (...nowMs: number[]) => {
    const recent = new Recent(3, 10)
    return nowMs.map((ms) => recent.add(ms))
  }
  expect(times(0, 0, 0)).toEqual([false, false, true])
  expect(times(0, 5, 10)).toEqual([false, false, true])
  expect(times(0, 5, 10.1, 15)).toEqual([false, false, false, true])
  // Spread over two windows that begin on the hour: no fixed window would see it.
  expect(times(8, 9, 21, 22, 23)).toEqual([false, false, false, false, true])
})
