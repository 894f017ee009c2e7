import { expect, test } from "bun:test"
import { ownDataQueries } from "../../src/store/sqlite/own-data.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { inMemory, onSqlite } from "../support/stores.ts"
import { ownDataSuite } from "./own-data-suite.ts"

ownDataSuite("one's own data in memory", inMemory)
ownDataSuite("one's own data on SQLite", onSqlite)

test("[ACC10] a step reads a range of keys, however many rows there are", () => {
  using db = openDatabase(":memory:")
  for (const sql of Object.values(ownDataQueries)) {
    const plan = db
      .query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql.replace(/\$\w+/g, "1")}`)
      .all()
      .map(({ detail }) => detail)
    expect(plan[0]).toMatch(
      /SEARCH (?:\w) USING (?:INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)|.*INDEX members_of \(member=\? AND pk>\? AND pk<\?\))/,
    )
    expect(plan.filter((step) => step.startsWith("SCAN") || step.includes("TEMP B-TREE"))).toEqual([])
  }
})
