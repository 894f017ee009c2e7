import { expect, test } from "bun:test"
import { myRoomsQueries } from "../../src/store/sqlite/my-rooms.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { inMemory, onSqlite } from "../support/stores.ts"
import { myRoomsSuite } from "./my-rooms-suite.ts"

myRoomsSuite("one's own rooms in memory", inMemory)
myRoomsSuite("one's own rooms on SQLite", onSqlite)

test("[READ2] each room is found, and counted, by an index", () => {
  using db = openDatabase(":memory:")
  const plan = (sql: string) =>
    db
      .query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql.replace(/\$\w+/g, "1")}`)
      .all()
      .map(({ detail }) => detail)
  const steps = [...plan(myRoomsQueries.own), ...plan(myRoomsQueries.standing)]
  // Only what the statement itself made is gone through; and the rooms that a socket is in, which it names.
  const scans = steps.filter((step) => step.startsWith("SCAN") && !/^SCAN (own|some|json_each|\(subquery)/.test(step))
  expect(scans).toEqual([])
  expect(steps).toContain("SEARCH x USING COVERING INDEX sqlite_autoindex_messages_2 (room=? AND seq>?)")
})
