import { expect, test } from "bun:test"
import { MemoryStore } from "../../src/store/memory.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { listQuery } from "../../src/store/sqlite/rooms.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { discoverySuite } from "./discovery-suite.ts"

const options = { pendingMax: 10_000, onFailure: console.error }

discoverySuite("the list of rooms in memory", async () => {
  const store = new MemoryStore(options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
})

discoverySuite("the list of rooms on SQLite", async () => {
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

test("the list follows its index from the cursor: it neither scans nor sorts", () => {
  using db = openDatabase(":memory:")
  const values = { lastAt: 0, id: "", limit: 0 }
  const plan = db.query<{ detail: string }, typeof values>(`EXPLAIN QUERY PLAN ${listQuery}`).all(values)
  expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH rooms USING INDEX rooms_listed ((last_at,id)<(?,?))"])
})
