import { expect, test } from "bun:test"
import { listQuery } from "../../src/store/sqlite/rooms.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { inMemory, onSqlite } from "../support/stores.ts"
import { discoverySuite } from "./discovery-suite.ts"

discoverySuite("the list of rooms in memory", inMemory)
discoverySuite("the list of rooms on SQLite", onSqlite)

test("the list follows its index from the cursor: it neither scans nor sorts", () => {
  using db = openDatabase(":memory:")
  const values = { lastAt: 0, id: "", limit: 0 }
  const plan = db.query<{ detail: string }, typeof values>(`EXPLAIN QUERY PLAN ${listQuery}`).all(values)
  expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH rooms USING INDEX rooms_listed ((last_at,id)<(?,?))"])
})
