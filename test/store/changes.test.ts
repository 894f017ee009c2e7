import { MemoryStore } from "../../src/store/memory.ts"
import { openDatabase, SqliteStore } from "../../src/store/sqlite/store.ts"
import { changesSuite } from "./changes-suite.ts"

const options = { pendingMax: 1_000, onFailure: console.error }

changesSuite("messages that change in memory", async () => {
  const store = new MemoryStore(options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
})

changesSuite("messages that change on SQLite", async () => {
  const store = new SqliteStore(openDatabase(":memory:"), { ...options, release: () => {} })
  return { store, [Symbol.asyncDispose]: () => store.close() }
})
