import { expect, test } from "bun:test"
import { beside, worse } from "../../bench/against.ts"
import { compare, type Row } from "../../bench/results.ts"

const row = (key: string, warren: number): Row => {
  return { key, title: key, unit: "µs", figures: { warren }, judgements: [], details: {} }
}

test("what was measured of each is worse by more than 5 %, or is not", () => {
  const rows = beside([row("join", 106), row("idle", 105), row("edit", 9)], [row("join", 100), row("idle", 100)])
  expect(rows.map(({ figures }) => figures)).toEqual([
    { warren: 106, earlier: 100 },
    { warren: 105, earlier: 100 },
    { warren: 9 },
  ])
  expect(worse(rows).map(({ key }) => key)).toEqual(["join"])
})

test("what was measured in turn is compared round by round", () => {
  const judged = (warren: number[]) => compare({ warren, earlier: [10, 100, 10] }, { limit: 2 }, {})
  expect(judged([10, 104, 10])).toMatchObject([{ what: "before", value: 1, verdict: "gate met" }])
  expect(worse([{ ...row("talk", 11), judgements: judged([11, 110, 11]) }])).toHaveLength(1)
})
