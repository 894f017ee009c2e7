/** A full disk is told as one wherever it is met, in each way in which systems and databases say it. */
import { describe, expect, test } from "bun:test"
import { ChatError } from "../../src/contract/errors.ts"
import { onDisk } from "../../src/files/files.ts"
import { Counters } from "../../src/observe/counters.ts"
import { Incidents } from "../../src/observe/incidents.ts"
import { isDiskFull } from "../../src/observe/operator-error.ts"
import { failed } from "../../src/server/http/failures.ts"
import { PostgresFailure } from "../../src/store/postgres/connection.ts"
import { whyUnusable } from "../../src/store/postgres/open.ts"
import { whyNotWritten } from "../../src/store/sqlite/trouble.ts"
import { stoppedClock } from "../support/clock.ts"

describe.each(["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLSTATE_53100"])("%s", (code) => {
  const cause = errorOf(code)

  test("is a full disk, and no cause of another error is looked into", () => {
    expect(isDiskFull(cause)).toBe(true)
    expect(isDiskFull(new Error("something else", { cause }))).toBe(false)
  })

  test("is told to whoever runs the server, with the remedy", () => {
    expect(whyNotWritten("/data", "/data/warren.db", cause)).toBe("The disk that holds /data is full: free some space.")
  })

  test("[FILE1] is 507 over HTTP", () => {
    expect(statusOf(new ChatError("ERR_STORAGE", { cause }))).toBe(507)
  })

  test("[FILE1] is told to whoever uploads", async () => {
    const refusal = await onDisk(() => Promise.reject(cause)).catch((error) => error)
    expect(refusal).toMatchObject({ code: "ERR_STORAGE", cause, message: expect.stringContaining("nearly full") })
  })
})

test("a disk that fails is none that is full", async () => {
  const cause = errorOf("EIO")
  expect(isDiskFull(cause)).toBe(false)
  expect(whyNotWritten("/data", "/data/warren.db", cause)).toContain("(EIO)")
  expect(statusOf(new ChatError("ERR_STORAGE", { cause }))).toBe(503)
  expect(await onDisk(() => Promise.reject(cause)).catch((error) => error)).toBe(cause)
})

test("a full disk of PostgreSQL is told as that", () => {
  const cause = new PostgresFailure("could not extend file", { code: "SQLSTATE_53100", state: "53100" })
  expect(whyUnusable("postgres://warren@db.example/warren", cause)).toBe(
    "The disk of PostgreSQL at db.example/warren is full: free some space.",
  )
})

function errorOf(code: string): Error {
  return Object.assign(new Error("it failed"), { code })
}

function statusOf(error: ChatError): number {
  return failed(error, new Incidents(new Counters(), stoppedClock().clock.elapsedMs)).status
}
