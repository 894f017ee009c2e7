import { expect, test } from "bun:test"
import { changesQuery, openSqliteFeed, toldQuery } from "../../src/store/sqlite/feed.ts"
import { roomsOfQuery } from "../../src/store/sqlite/members.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { inMemory, onSqlite } from "../support/stores.ts"
import { searchSuite } from "./search-suite.ts"

searchSuite("search in memory", async () => ({ ...(await inMemory()), openFeed: undefined }))

searchSuite("search on SQLite", async () => {
  const opened = await onSqlite()
  return { ...opened, openFeed: () => openSqliteFeed(opened.path) }
})

test("what an index reads, and whose rooms there are, is found by indexes", () => {
  using db = openDatabase(":memory:")
  for (const sql of [changesQuery, toldQuery, roomsOfQuery]) {
    const plan = db.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`).all()
    expect(plan.filter(({ detail }) => /SCAN (m|u|r|messages|users|rooms|members)\b/.test(detail))).toEqual([])
  }
})
