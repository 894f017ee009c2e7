import { expect, test } from "bun:test"
import { Parser } from "@asyncapi/parser"
import { errorMessages } from "../../../src/contract/errors.ts"
import { clientEvents, objects, serverEvents } from "../../../src/contract/events.ts"
import { rules } from "../../../src/contract/rules.ts"
import { kinds } from "../../../src/contract/values.ts"
import { asyncApi, payloadOf } from "../../../src/docs/asyncapi.ts"
import { namedSchemas } from "../../../src/docs/json-schema.ts"

const server = { version: "1.2.3", address: "https://chat.example.com", auth: "open" } as const
const api = asyncApi(server)
const schemaOf = (name: string) => payloadOf(api, api.components.messages[name]!)
const [requests, events] = [Object.keys(clientEvents), Object.keys(serverEvents)]

test("the document is AsyncAPI 3, without a fault, and its examples fit its schemas", async () => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(api))
  // It would have us use 3.1, which is not out in most tools.
  expect(diagnostics.filter(({ code }) => code !== "asyncapi-latest-version")).toEqual([])
  expect(document?.version()).toBe("3.0.0")
  expect(document?.info().version()).toBe("1.2.3")

  expect(document?.servers().get("warren")?.protocol()).toBe("wss")

  const payloads = document?.allMessages().all() ?? []
  const names = payloads.map((message) => [message.id(), message.payload()?.id()])
  expect(names).toHaveLength(3 * requests.length + events.length)
  expect(names.filter(([, name]) => !/^[A-Z]\w+$/.test(name ?? ""))).toEqual([])
  expect(Object.fromEntries(names)).toMatchObject({
    send_message: "SendMessage",
    "send_message.granted": "SendMessageAnswer",
    "send_message.refused": "SendMessageRefusal",
    message_received: "Message",
    history: "History",
  })

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
}, 120_000)

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
    const { examples } = api.components.messages[`${event}.refused`]!
    const codes = schemaOf(`${event}.refused`).properties?.["error"]?.allOf?.[1]?.properties?.["code"]?.enum
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
    for (const name of [event, `${event}.granted`]) visit(name, schemaOf(name))
  }
  // Lists of something named say enough, and so does `ok`.
  expect(
    undescribed.filter((path) => !/\.(ok|messages|rooms|members|sessions|passkeys|invites|users|hits)$/.test(path)),
  ).toEqual([])
  expect(Object.keys(objects)).toEqual(Object.keys(namedSchemas()))
  expect([...titles].toSorted()).toEqual(Object.keys(kinds).toSorted())
})

test("[HIST1] history has a second argument only sometimes", () => {
  const { items, minItems, maxItems } = schemaOf("history")
  expect([Array.isArray(items) && items.length, minItems, maxItems]).toEqual([2, 1, 2])
})

test("[AUTH2] where a token says who one is, requests need not", () => {
  const withTokens = asyncApi({ ...server, auth: "token" })
  const required = (of: typeof api, event: string) => payloadOf(of, of.components.messages[event]!).required
  expect(required(api, "join_room")).toEqual(["roomId", "userId", "username"])
  expect(required(withTokens, "join_room")).toEqual(["roomId"])
  expect(required(withTokens, "send_message")).toEqual(["roomId"])
  for (const event of requests) {
    expect(payloadOf(withTokens, withTokens.components.messages[event]!).required).not.toContain("userId")
    const [refusal] = withTokens.components.messages[`${event}.refused`]!.examples
    expect(refusal?.payload).not.toMatchObject({ error: { field: expect.stringMatching(/^user/) } })
  }
})
