/** What the benchmark measures of connections that are only held: it waits until they are quiet. */
import { expect, test } from "bun:test"
import { bare } from "../../../bench/contenders.ts"
import { idleKeys, measureIdle } from "../../../bench/crowd.ts"

test("connections that are held are all there at the end, and gone once their clients are", async () => {
  const rows = await measureIdle([bare], { rounds: 1, people: 0, idle: 100, heldMs: 0, messages: 0 })
  expect(rows.map(({ key }) => key)).toEqual([...idleKeys])
  for (const { title, figures } of rows) expect(figures.bare, title).toBeFinite()
})
