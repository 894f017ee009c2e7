import { describe, expect, test } from "bun:test"
import * as v from "valibot"
import { ChatError } from "../../src/contract/errors.ts"
import { type ClientEvent, clientEvents, type ServerEvent, serverEvents } from "../../src/contract/events.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import { thrownBy } from "../support/thrown.ts"

describe.each(Object.keys(clientEvents) as ClientEvent[])("the examples of %s", (event) => {
  const { examples, mistakes, answer, answered } = clientEvents[event]

  test.each(examples.map((request) => [JSON.stringify(request), request] as const))(
    "[VAL1] %s is accepted",
    (_, request) => {
      expect(() => parseRequest(event, request)).not.toThrow()
    },
  )

  test.each(mistakes.map(({ payload, field }) => [JSON.stringify(payload), field, payload] as const))(
    "[VAL1] %s is refused for %s",
    (_, field, payload) => {
      const error = thrownBy(ChatError, () => parseRequest(event, payload))
      expect(error.code).toBe("ERR_VALIDATION")
      expect(error.details.field).toBe(field)
      if (field !== undefined) expect(error.message).toStartWith(`${field} `)
    },
  )

  // Parsing drops unknown fields, so an example that has one does not come out equal.
  test("the answer is one that the schema describes, to the letter", () => {
    expect(v.parse(answer, answered)).toEqual(answered as never)
  })
})

test.each(Object.keys(serverEvents) as ServerEvent[])("the example of %s is what the schema describes", (event) => {
  expect(v.parse(serverEvents[event].args, serverEvents[event].example)).toEqual(serverEvents[event].example as never)
})
