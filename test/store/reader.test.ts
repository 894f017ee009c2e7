/** Whoever only reads a file waits for the short locks of whoever serves it. */
import { expect, test } from "bun:test"
import { join } from "node:path"
import { queryInThread } from "../../src/store/sqlite/query-thread.ts"
import { openReader, openTimeoutMs } from "../../src/store/sqlite/reader.ts"
import { withoutDescriptors } from "../support/descriptors.ts"
import { temporaryFolder } from "../support/folder.ts"
import { runSql } from "../support/sql.ts"

test("a reader waits for a lock that passes, here and in a thread, and writes nothing", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "file.db")
  runSql(path, "CREATE TABLE t (x)")
  using db = openReader(path)
  expect(db.query("PRAGMA busy_timeout").values()).toEqual([[openTimeoutMs]])
  expect(() => db.run("INSERT INTO t VALUES (1)")).toThrow("readonly")
  const { signal } = new AbortController()
  expect(await queryInThread({ path, sql: "PRAGMA busy_timeout", signal })).toEqual([[openTimeoutMs]])
})

test("a thread is not started where no descriptor is free, which would end the process", () => {
  const code = `
    const { signal } = new AbortController()
    queryInThread({ path: "/nowhere", sql: "SELECT 1", signal }).catch(({ code }) => console.log(code))`
  const { printed, exitCode } = withoutDescriptors("store/sqlite/query-thread.ts", "queryInThread", code)
  expect([printed, exitCode]).toEqual(["EMFILE", 0])
})
