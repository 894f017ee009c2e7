import { expect, test } from "bun:test"
import { MemoryStore } from "../../src/store/memory.ts"
import { fileQueries } from "../../src/store/sqlite/files.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { filesSuite } from "./files-suite.ts"

const options = { pendingMax: 10_000, onFailure: console.error, address: () => "http://here.example" }

filesSuite("files in memory", async () => {
  const store = new MemoryStore(options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
})

filesSuite("files on SQLite", async () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path, options)
  return {
    store,
    [Symbol.asyncDispose]: async () => {
      await store.close()
      folder[Symbol.dispose]()
    },
  }
})

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
