import { expect, test } from "bun:test"
import { heirQuery, membersQuery } from "../../src/store/sqlite/members.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { inMemory, onSqlite } from "../support/stores.ts"
import { membersSuite } from "./members-suite.ts"
import { rolesSuite } from "./roles-suite.ts"

membersSuite("members in memory", inMemory)
rolesSuite("roles in memory", inMemory)
membersSuite("members on SQLite", onSqlite)
rolesSuite("roles on SQLite", onSqlite)

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
