import { expect, test } from "bun:test"
import { Parser } from "@asyncapi/parser"
import { errorMessages } from "../../src/contract/errors.ts"
import { clientEvents, objects, serverEvents } from "../../src/contract/events.ts"
import { rules } from "../../src/contract/rules.ts"
import { kinds } from "../../src/contract/values.ts"
import { asyncApi } from "../../src/docs/asyncapi.ts"
import { namedSchemas } from "../../src/docs/json-schema.ts"

const api = asyncApi("1.2.3")
const [requests, events] = [Object.keys(clientEvents), Object.keys(serverEvents)]

test("the document is AsyncAPI 3, without a fault, and its examples fit its schemas", async () => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(api))
  // It would have us use 3.1, which is not out in most tools.
  expect(diagnostics.filter(({ code }) => code !== "asyncapi-latest-version")).toEqual([])
  expect(document?.version()).toBe("3.0.0")
  expect(document?.info().version()).toBe("1.2.3")

  const operations = document?.allOperations().all() ?? []
  expect(operations.filter((operation) => operation.isReceive()).map((operation) => operation.id())).toEqual(requests)
  expect(operations.filter((operation) => operation.isSend()).map((operation) => operation.id())).toEqual(events)
  for (const operation of operations.filter((operation) => operation.isReceive())) {
    const id = operation.id() ?? ""
    expect(
      operation
        .reply()
        ?.messages()
        .all()
        .map((message) => message.id()),
    ).toEqual([`${id}.granted`, `${id}.refused`])
  }
}, 60_000)

test("every request, event, error code, rule and example is in it", () => {
  for (const [event, { examples, answered }] of Object.entries(clientEvents)) {
    const payloads = api.components.messages[event]?.examples.map(({ payload }) => payload)
    expect(payloads).toEqual([...examples])
    expect(api.components.messages[`${event}.granted`]?.examples[0]?.payload).toEqual(answered)
  }
  for (const [event, { example: args }] of Object.entries(serverEvents)) {
    expect(api.components.messages[event]?.examples[0]?.payload).toEqual(args.length === 1 ? args[0] : [...args])
  }
  expect(Object.keys(api["x-errors"])).toEqual(Object.keys(errorMessages))
  expect(api["x-rules"]).toEqual(rules)
})

test("a refusal is one that the server gives, with a code that the request can be refused with", () => {
  for (const event of requests) {
    const { payload, examples } = api.components.messages[`${event}.refused`]!
    const codes = payload.properties?.["error"]?.allOf?.[1]?.properties?.["code"]?.enum
    expect(codes).toEqual(api.operations[event as keyof typeof api.operations]["x-errors"])
    expect(codes).toContain("ERR_VALIDATION")
    expect(examples[0]?.payload).toMatchObject({ ok: false, error: { code: "ERR_VALIDATION", event } })
  }
})

test("every field says what it means, and every object and kind of value is explained", () => {
  const undescribed: string[] = []
  const titles = new Set<string>()
  const visit = (
    path: string,
    { $ref, title, description, properties, anyOf = [] }: ReturnType<typeof namedSchemas>["Room"],
  ) => {
    if (title !== undefined) titles.add(title)
    for (const inner of anyOf) visit(path, { description: "", ...inner })
    for (const [name, field] of Object.entries(properties ?? {})) visit(`${path}.${name}`, field)
    if (!$ref && !properties && description === undefined) undescribed.push(path)
  }
  for (const [name, schema] of Object.entries(namedSchemas())) visit(name, schema)
  for (const event of requests) {
    visit(event, api.components.messages[event]!.payload)
    visit(`${event}.granted`, api.components.messages[`${event}.granted`]!.payload)
  }
  // Lists of something named say enough, and so does `ok`.
  expect(undescribed.filter((path) => !/\.(ok|messages|rooms|members)$/.test(path))).toEqual([])
  expect(Object.keys(objects)).toEqual(Object.keys(namedSchemas()))
  expect([...titles].toSorted()).toEqual(Object.keys(kinds).toSorted())
})
