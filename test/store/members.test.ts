import { expect, test } from "bun:test"
import { MemoryStore } from "../../src/store/memory.ts"
import { heirQuery, membersQuery } from "../../src/store/sqlite/members.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { membersSuite } from "./members-suite.ts"
import { rolesSuite } from "./roles-suite.ts"

const options = { pendingMax: 10_000, onFailure: console.error }

membersSuite("members in memory", inMemory)
rolesSuite("roles in memory", inMemory)
membersSuite("members on SQLite", onSqlite)
rolesSuite("roles on SQLite", onSqlite)

async function inMemory() {
  const store = new MemoryStore(options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
}

async function onSqlite() {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path, options)
  return {
    store,
    [Symbol.asyncDispose]: async () => {
      await store.close()
      folder[Symbol.dispose]()
    },
  }
}

test("members are found by the index of their room", () => {
  using db = openDatabase(":memory:")
  const plan = (sql: string, values: Record<string, number>) =>
    db
      .query<{ detail: string }, [Record<string, number>]>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(values)
      .map(({ detail }) => detail)
  expect(plan(membersQuery, { room: 1 })).toEqual([
    "SEARCH m USING INDEX sqlite_autoindex_members_1 (room=?)",
    "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)",
  ])
  expect(plan(heirQuery, { room: 1, user: 1 })[0]).toBe("SEARCH m USING INDEX sqlite_autoindex_members_1 (room=?)")
})
