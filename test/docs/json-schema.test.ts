/** The JSON Schemas accept and refuse what the server does: where they differ, the documents lie. */
import { describe, expect, test } from "bun:test"
import Ajv from "ajv"
import fc from "fast-check"
import { type ClientEvent, clientEvents, type ServerEvent, serverEvents } from "../../src/contract/events.ts"
import { limits } from "../../src/contract/limits.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import { jsonSchemaOf, namedSchemas } from "../../src/docs/json-schema.ts"

const ajv = new Ajv({ strict: false, formats: { uuid: true, iri: true, "date-time": true } })
ajv.addSchema({ $id: "warren", components: { schemas: namedSchemas() } }, "warren")

const requests = Object.keys(clientEvents) as ClientEvent[]
const roomId = "6f9fa2f1-6c9b-4f0e-9c1b-0d6b8c3a5e21"

describe.each(requests)("%s as JSON Schema", (event) => {
  const { examples, mistakes, answered } = clientEvents[event]

  test("accepts what the server accepts", () => {
    const isValid = validatorOf(clientEvents[event].payload)
    for (const request of examples) expect(isValid(request), JSON.stringify(request)).toBe(true)
    expect(validatorOf(clientEvents[event].answer)(answered)).toBe(true)
  })

  test("refuses what the server refuses", () => {
    const isValid = validatorOf(clientEvents[event].payload)
    for (const { payload } of mistakes) expect(isValid(payload), JSON.stringify(payload)).toBe(false)
  })
})

test.each(Object.keys(serverEvents) as ServerEvent[])("%s as JSON Schema accepts its example", (event) => {
  expect(validatorOf(serverEvents[event].args)(serverEvents[event].example)).toBe(true)
})

const long = (character: string, max: number) => [character.repeat(max), character.repeat(max + 1)]
const texts = [
  ...["https://a.example", "http://a.example/ü?q=1", "HTTP://a.example", "//a.example", "javascript:alert(1)"],
  ...[roomId, roomId.toUpperCase(), roomId.replaceAll("-", ""), ` ${roomId}`, "👩\u200d👩\u200d👧", "❤\ufe0f\u200d🔥"],
  ...["അവന്\u200d", "ه\u200d", "۱۳ \u200dه", "Ann\u200d", "\u200dه", "ه\u200d\u200d"],
  ...["\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}"],
  ...long("x", limits.nameLengthMax),
  ...long("😀", limits.usernameLengthMax),
  ...long("ü", limits.userIdLengthMax),
  ...long("字", limits.contentLengthMax),
  ...long("https://a.example/".padEnd(limits.urlLengthMax, "x"), 1),
]
const textFields = [
  ["create_room", "name", { userId: "ann" }],
  ["create_room", "userId", { name: "Garden" }],
  ["join_room", "username", { roomId, userId: "ann" }],
  ["join_room", "avatar", { roomId, userId: "ann", username: "Ann" }],
  ["send_message", "content", { roomId, userId: "ann" }],
  ["list_rooms", "query", {}],
  ["list_rooms", "cursor", {}],
  ["get_members", "roomId", {}],
] as const

test.each(textFields)("%s.%s: every kind of text is judged as the server judges it", (event, field, rest) => {
  const judge = judgeOf(event, (text: string) => ({ ...rest, [field]: text }))
  const judged = texts.map(judge)
  expect(judged.filter(({ documented, actual }) => documented !== actual)).toEqual([])
  expect(new Set(judged.map(({ actual }) => actual)).size, "some are accepted and some refused").toBe(2)
})

// Each is a case of its own in some rule: controls, line breaks, half pairs, joiners, what is blank or turns the text.
const characters =
  "a é \u0301 字 👧 < \ufe0f \u{e0100} \u200c \u200d \u200b \u202e \u2066 \u2069 \u200e \ufff9 \ufffb \u034f \u00ad \u180e \u3164 \u2800 \u{e0001} \ufeff \ud83d \ude00 \0 \u0085 \ufffe \ue000"
const trickyText = fc.string({
  unit: fc.constantFrom(...characters.split(" "), " ", "\n", "\t", "\r", "\u00a0", "\u2028"),
  maxLength: 6,
})

test.each(textFields)(
  "%s.%s: any mixture of difficult characters is judged as the server judges it",
  (event, field, rest) => {
    const judge = judgeOf(event, (text: string) => ({ ...rest, [field]: text }))
    fc.assert(
      fc.property(trickyText, (text) => {
        const { documented, actual } = judge(text)
        return documented === actual
      }),
      { numRuns: 2_000 },
    )
  },
)

test.each([
  ["sync", "since", { roomId }],
  ["sync", "limit", { roomId, since: 0 }],
  ["get_history", "before", { roomId }],
  ["list_rooms", "limit", {}],
  ["typing", "isTyping", { roomId, userId: "ann" }],
  ["create_room", "visibility", { name: "Garden", userId: "ann" }],
  ["send_message", "type", { roomId, userId: "ann", content: "https://a.example" }],
  ["send_message", "type", { roomId, userId: "ann", content: "no address" }],
  ["join_room", "avatar", { roomId, userId: "ann", username: "Ann" }],
] as const)("%s.%s: every other value is judged as the server judges it", (event, field, rest) => {
  const judge = judgeOf(event, (value: unknown) => ({ ...rest, [field]: value }))
  const values = [
    null,
    true,
    0,
    -1,
    1,
    0.5,
    200,
    201,
    2 ** 53 - 1,
    2 ** 53,
    1e300,
    "1",
    "text",
    "image",
    "public",
    [],
    {},
  ]
  expect(values.map(judge).filter(({ documented, actual }) => documented !== actual)).toEqual([])
})

test("a payload that is no object, or lacks a field, is refused by both", () => {
  for (const event of requests) {
    const isValid = validatorOf(clientEvents[event].payload)
    const [request] = clientEvents[event].examples
    const lacking = Object.keys(request).map((key) => ({ ...request, [key]: undefined }))
    for (const payload of [[], "x", 1, true, ...lacking.map((payload) => JSON.parse(JSON.stringify(payload)))]) {
      expect(isValid(payload), `${event} ${JSON.stringify(payload)}`).toBe(isAccepted(event, payload))
    }
  }
})

function validatorOf(schema: Parameters<typeof jsonSchemaOf>[0]) {
  const text = JSON.stringify(jsonSchemaOf(schema)).replaceAll('"#/components', '"warren#/components')
  return ajv.compile(JSON.parse(text))
}

/** Whether the schema, and whether the server, accepts the payload that a value makes. */
function judgeOf<T>(event: ClientEvent, payloadWith: (value: T) => object) {
  const isValid = validatorOf(clientEvents[event].payload)
  return (value: T) => {
    const payload = payloadWith(value)
    return { value, documented: isValid(payload), actual: isAccepted(event, payload) }
  }
}

function isAccepted(event: ClientEvent, payload: unknown): boolean {
  try {
    parseRequest(event, payload)
    return true
  } catch {
    return false
  }
}
