import { expect, test } from "bun:test"
import { MemoryStore } from "../../src/store/memory.ts"
import { changesQuery, openSqliteFeed } from "../../src/store/sqlite/feed.ts"
import { roomsOfQuery } from "../../src/store/sqlite/members.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { searchSuite } from "./search-suite.ts"

const options = { pendingMax: 10_000, onFailure: console.error }

searchSuite("search in memory", async () => {
  const store = new MemoryStore(options)
  return { store, openFeed: undefined, [Symbol.asyncDispose]: () => store.close() }
})

searchSuite("search on SQLite", async () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path, options)
  return {
    store,
    openFeed: () => openSqliteFeed(folder.path),
    [Symbol.asyncDispose]: async () => {
      await store.close()
      folder[Symbol.dispose]()
    },
  }
})

test("what an index reads, and whose rooms there are, is found by indexes", () => {
  using db = openDatabase(":memory:")
  for (const sql of [changesQuery, roomsOfQuery]) {
    const plan = db.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`).all()
    expect(plan.filter(({ detail }) => /SCAN (m|u|r|messages|users|rooms|members)\b/.test(detail))).toEqual([])
  }
})
