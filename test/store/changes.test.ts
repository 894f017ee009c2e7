import { MemoryStore } from "../../src/store/memory.ts"
import { openDatabase, SqliteStore } from "../../src/store/sqlite/store.ts"
import { changesSuite } from "./changes-suite.ts"

const options = { pendingMax: 1_000, onFailure: console.error }

changesSuite("messages that change in memory", async () => {
  const store = new MemoryStore(options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
})

changesSuite("messages that change on SQLite", async () => {
  const db = openDatabase(":memory:")
  const store = new SqliteStore(db, { ...options, release: () => {} })
  const rows = db.query<never, []>(
    "SELECT coalesce(u.id, '*'), m.seq FROM mentions AS m LEFT JOIN users AS u ON u.pk = m.mentioned ORDER BY 2, 1",
  )
  return {
    store,
    mentioned: async () => rows.values() as [string, number][],
    [Symbol.asyncDispose]: () => store.close(),
  }
})
