/**
 * The contract as one TypeScript file, for `Socket<ServerToClientEvents, ClientToServerEvents>`
 * of socket.io-client. It is printed from the same JSON Schemas as the other documents.
 */
import type * as v from "valibot"
import { Failure } from "../contract/errors.ts"
import { type ClientEvent, clientEvents, type ServerEvent, serverEvents } from "../contract/events.ts"
import { type JsonSchema, jsonSchemaOf, namedSchemas, nameOf } from "./json-schema.ts"

export function typeDeclarations(version: string): string {
  const requests = Object.keys(clientEvents) as ClientEvent[]
  const events = Object.keys(serverEvents) as ServerEvent[]
  const blocks = [
    `/**
 * The events of Warren ${version}, made from the schemas that the server validates with.
 *
 *     import { io, type Socket } from "socket.io-client"
 *     const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url)
 *
 * With AcknowledgedEvents in place of ClientToServerEvents no callback can be left out, and
 * emitWithAck is typed too.
 */`,
    ...Object.entries(namedSchemas()).map(([name, schema]) => declare(name, schema)),
    'export type ErrorCode = ErrorBody["code"]',
    declare("Failure", jsonSchemaOf(Failure)),
    ...requests.flatMap((event) => [
      declare(pascalCase(event), jsonSchemaOf(clientEvents[event].payload)),
      declare(`${pascalCase(event)}Answer`, jsonSchemaOf(clientEvents[event].answer)),
    ]),
    eventMap("ClientToServerEvents", requests.map(requestSignature)),
    `export type AcknowledgedEvents = {
  [E in keyof ClientToServerEvents]: (...args: Required<Parameters<ClientToServerEvents[E]>>) => void
}`,
    eventMap("ServerToClientEvents", events.map(eventSignature)),
  ]
  return `${blocks.join("\n\n")}\n`
}

/** `send_message` is asked with a `SendMessage`, and answered with a `SendMessageAnswer`. */
export function pascalCase(event: string): string {
  return event.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function declare(name: string, schema: JsonSchema): string {
  return `export interface ${name} ${typeOf(schema)}`
}

function eventMap(name: string, signatures: readonly string[]): string {
  return `export interface ${name} {\n${indent(signatures.join("\n"))}\n}`
}

function requestSignature(event: ClientEvent): string {
  const answer = `answer: ${pascalCase(event)}Answer | Failure`
  return `${comment(clientEvents[event].summary)}${event}: (payload: ${pascalCase(event)}, ack?: (${answer}) => void) => void`
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
export function typeOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref)
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
