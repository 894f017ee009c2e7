import { expect, test } from "bun:test"
import { failed } from "../../src/server/http/failures.ts"
import { newIncidents } from "../support/incidents.ts"

test.each([
  ["EMFILE", 503, "ERR_BUSY"],
  ["ENFILE", 503, "ERR_BUSY"],
  ["EIO", 500, "ERR_INTERNAL"],
])("a request that fails with %s is answered %i", async (code, status, told) => {
  const answer = failed(Object.assign(new Error("it failed"), { code }), newIncidents())
  const body = (await answer.json()) as { readonly error: { readonly code: string } }
  expect([answer.status, body.error.code]).toEqual([status, told])
})
