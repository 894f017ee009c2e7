/**
 * The contract as one TypeScript file, for `Socket<ServerToClientEvents, ClientToServerEvents>`
 * of socket.io-client. It is printed from the same JSON Schemas as the other documents.
 */
import type * as v from "valibot"
import type { RequestDefinition } from "../contract/definition.ts"
import { type ClientEvent, clientEvents, type ServerEvent, serverEvents } from "../contract/events.ts"
import { Failure } from "../contract/refusals.ts"
import { type JsonSchema, jsonSchemaOf, namedSchemas, referredIn } from "./json-schema.ts"
import { answerName, payloadName } from "./names.ts"
import { payloadSchema, type Served } from "./payloads.ts"
import { needed } from "./prose.ts"

export function typeDeclarations(served: Omit<Served, "address">): string {
  const requests = Object.keys(clientEvents) as ClientEvent[]
  const events = Object.keys(serverEvents) as ServerEvent[]
  const blocks = [
    `/**
 * The events of Warren ${served.version} with AUTH=${served.auth}, made from the schemas that the server validates with.
 *
 *     import { io, type Socket } from "socket.io-client"
 *     const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url)
 *
 * With AcknowledgedEvents in place of ClientToServerEvents no callback can be left out, and
 * emitWithAck is typed too. A payload of which nothing is required can be left out.
 */`,
    ...Object.entries(namedSchemas()).map(([name, schema]) => declare(name, schema)),
    'export type ErrorCode = ErrorBody["code"]',
    declare("Failure", jsonSchemaOf(Failure)),
    ...requests.flatMap((event) => [
      declare(payloadName(event), payloadSchema(event, served)),
      declare(answerName(event), jsonSchemaOf(clientEvents[event].answer)),
    ]),
    eventMap("ClientToServerEvents", requests.map(requestSignature)),
    `export type AcknowledgedEvents = {
  [E in keyof ClientToServerEvents]: (...args: Acknowledged<Required<Parameters<ClientToServerEvents[E]>>>) => void
}
type Acknowledged<Args> = Args extends [infer Payload, infer Ack]
  ? Partial<Payload> extends Payload
    ? Args | [Ack]
    : Args
  : never`,
    eventMap("ServerToClientEvents", events.map(eventSignature)),
  ]
  return `${blocks.join("\n\n")}\n`
}

function declare(name: string, schema: JsonSchema): string {
  return `export interface ${name} ${typeOf(schema)}`
}

function eventMap(name: string, signatures: readonly string[]): string {
  return `export interface ${name} {\n${indent(signatures.join("\n"))}\n}`
}

function requestSignature(event: ClientEvent): string {
  const answer = `answer: ${answerName(event)} | Failure`
  const { summary, needs }: RequestDefinition<v.GenericSchema, v.GenericSchema> = clientEvents[event]
  return `${comment([summary, ...needed(needs)].join(" "))}${event}: (payload: ${payloadName(event)}, ack?: (${answer}) => void) => void`
}

function eventSignature(event: ServerEvent): string {
  const { args: tuple, names } = serverEvents[event]
  const types = (tuple.items as readonly v.GenericSchema[]).map((item) => typeOf(jsonSchemaOf(item)))
  const args = names.map((name, index) => `${name}${isOptional(tuple.items[index]) ? "?" : ""}: ${types[index]}`)
  return `${comment(serverEvents[event].summary)}${event}: (${args.join(", ")}) => void`
}

function isOptional(schema: v.GenericSchema | undefined): boolean {
  return schema?.type === "optional"
}

/** Rules beyond the shape (lengths, patterns) have no type; they are in the other documents. */
function typeOf(schema: JsonSchema): string {
  const name = referredIn(schema)
  if (name !== undefined) return name
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" | ")
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return unionOf(schema.enum.map((value) => JSON.stringify(value)))
  switch (schema.type) {
    case "object":
      return objectType(schema)
    case "array":
      return arrayType(schema.items)
    case "integer":
      return "number"
    case "string":
    case "number":
    case "boolean":
    case "null":
      return schema.type
    default:
      throw new Error(`There is no type for ${JSON.stringify(schema)}`)
  }
}

function objectType({ properties = {}, required = [] }: JsonSchema): string {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const type = required.includes(name) ? `: ${typeOf(schema)}` : `?: ${typeOf(schema)} | undefined`
    return `${comment(schema.description)}${name}${type}`
  })
  return `{\n${indent(fields.join("\n"))}\n}`
}

function unionOf(types: readonly string[]): string {
  return types.length <= 4 ? types.join(" | ") : indent(types.map((type) => `\n| ${type}`).join(""))
}

function arrayType(items: JsonSchema["items"]): string {
  if (items === undefined || !("length" in items)) {
    const item = typeOf(items ?? {})
    return /^\w+$/.test(item) ? `${item}[]` : `Array<${item}>`
  }
  return `[${items.map(typeOf).join(", ")}]`
}

function comment(text: string | undefined): string {
  return text === undefined ? "" : `/** ${text.replaceAll("*/", "* /")} */\n`
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ")
}
