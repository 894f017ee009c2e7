import { expect, test } from "bun:test"
import { MemoryStore } from "../../src/store/memory.ts"
import { myRoomsQueries } from "../../src/store/sqlite/my-rooms.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { myRoomsSuite } from "./my-rooms-suite.ts"

const options = { pendingMax: 10_000, onFailure: console.error }

myRoomsSuite("one's own rooms in memory", async () => {
  const store = new MemoryStore(options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
})

myRoomsSuite("one's own rooms on SQLite", async () => {
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
