import { expect, test } from "bun:test"
import { fileQueries } from "../../src/store/sqlite/files.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { inMemory, onSqlite } from "../support/stores.ts"
import { filesSuite } from "./files-suite.ts"

filesSuite("files in memory", inMemory)
filesSuite("files on SQLite", onSqlite)

test("loose files and hashes are looked up by their indexes", () => {
  using db = openDatabase(":memory:")
  const plan = (query: string, values: Record<string, string | number>) =>
    db
      .query<{ detail: string }, typeof values>(`EXPLAIN QUERY PLAN ${query}`)
      .all(values)
      .map(({ detail }) => detail)
  expect(plan(fileQueries.loose, { before: 0, limit: 1 })).toEqual([
    "SEARCH files USING INDEX files_loose (created_at<?)",
  ])
  expect(plan(fileQueries.inUse, { hashes: "[]" })).toContain(
    "SEARCH files USING COVERING INDEX files_bytes (sha256=?)",
  )
})
