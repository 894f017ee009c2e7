/**
 * The contract as an AsyncAPI 3.0 document, from the server's side: it receives each
 * request and replies with the acknowledgement, and it sends each event.
 *
 * The payload of a message is the event's argument; where there are two, as with
 * `history`, it is the tuple of them.
 */
import type * as v from "valibot"
import type { RequestDefinition } from "../contract/definition.ts"
import { ChatError, type ErrorCode, errorMessages, Failure, remedies } from "../contract/errors.ts"
import { type ClientEvent, clientEvents, generalErrors, type ServerEvent, serverEvents } from "../contract/events.ts"
import { parseRequest } from "../contract/parse.ts"
import { type Rule, rules } from "../contract/rules.ts"
import { type JsonSchema, jsonSchemaOf, namedSchemas } from "./json-schema.ts"
import { overview } from "./prose.ts"

interface Ref {
  readonly $ref: string
}

export interface Message {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly contentType: "application/json"
  readonly payload: JsonSchema
  readonly examples: readonly { readonly name: string; readonly payload: unknown }[]
}

export interface Operation {
  readonly action: "receive" | "send"
  readonly channel: Ref
  readonly title: string
  readonly summary: string
  readonly description: string
  readonly messages: readonly [Ref]
  readonly reply?: { readonly channel: Ref; readonly messages: readonly [Ref, Ref] }
  /** The numbered rules that say exactly what holds. */
  readonly "x-rules": readonly Rule[]
  /** The codes that the reply may carry. */
  readonly "x-errors"?: readonly ErrorCode[]
}

export type AsyncApi = ReturnType<typeof asyncApi>

export function asyncApi(version: string) {
  const requests = Object.keys(clientEvents) as ClientEvent[]
  const events = Object.keys(serverEvents) as ServerEvent[]
  const messages = Object.assign({}, ...requests.map(requestMessages), ...events.map(eventMessage))
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Warren",
      version,
      description: overview,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    defaultContentType: "application/json",
    servers: {
      warren: {
        host: "{host}",
        pathname: "/socket.io/",
        protocol: "ws",
        protocolVersion: "Socket.IO 4 (Engine.IO 4)",
        description: "Any Socket.IO 4 client, over websocket or polling; `wss` where a proxy in front ends TLS.",
        variables: { host: { default: "localhost:3000", description: "The address that the server printed." } },
      },
    },
    channels: {
      socket: {
        address: "/",
        title: "The one namespace",
        description: "Requests, their acknowledgements and the events of the rooms that a socket is in.",
        messages: Object.fromEntries(
          Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ) as Readonly<Record<string, Ref>>,
      },
    },
    operations: {
      ...byName(requests, requestOperation),
      ...byName(events, eventOperation),
    } as Readonly<Record<ClientEvent | ServerEvent, Operation>>,
    components: { schemas: namedSchemas(), messages: messages as Readonly<Record<string, Message>> },
    "x-rules": rules,
    "x-errors": byName(Object.keys(errorMessages) as ErrorCode[], (code) => ({
      meaning: errorMessages[code],
      remedy: remedies[code],
    })),
  } as const
}

/** The message of a request's successful acknowledgement, and of a failed one. */
export const grantedName = (event: ClientEvent) => `${event}.granted`
export const refusedName = (event: ClientEvent) => `${event}.refused`

function requestMessages(event: ClientEvent): Record<string, Message> {
  const { summary, payload, answer, answered, ...definition } = definitionOf(event)
  const [granted, refused] = [grantedName(event), refusedName(event)]
  return {
    [event]: message(event, summary, payload, definition.examples),
    [granted]: message(granted, `Acknowledges ${event}.`, answer, [answered]),
    [refused]: {
      ...message(
        refused,
        `Refuses ${event}.`,
        Failure,
        definition.mistakes.slice(0, 1).map(({ payload }) => refusalOf(event, payload)),
      ),
      payload: failureWith(errorsOf(event)),
    },
  }
}

function eventMessage(event: ServerEvent): Record<string, Message> {
  const { summary, args, example } = told(event)
  const [first, ...others] = args.items
  const isOne = first !== undefined && others.length === 0
  return { [event]: message(event, summary, isOne ? first : args, [isOne ? example[0] : example]) }
}

function message(name: string, summary: string, schema: v.GenericSchema, examples: readonly unknown[]): Message {
  return {
    name,
    title: name,
    summary,
    contentType: "application/json",
    payload: jsonSchemaOf(schema),
    examples: examples.map((payload, index) => ({ name: index === 0 ? "typical" : `variant ${index}`, payload })),
  }
}

function requestOperation(event: ClientEvent): Operation {
  return {
    ...operation("receive", event, clientEvents[event]),
    reply: { channel, messages: [messageRef(grantedName(event)), messageRef(refusedName(event))] },
    "x-errors": errorsOf(event),
  }
}

function eventOperation(event: ServerEvent): Operation {
  return operation("send", event, serverEvents[event])
}

const channel: Ref = { $ref: "#/channels/socket" }
const messageRef = (name: string): Ref => ({ $ref: `${channel.$ref}/messages/${name}` })

function operation(
  action: "receive" | "send",
  event: string,
  { summary, description, rules }: Pick<Operation, "summary" | "description"> & { readonly rules: readonly Rule[] },
): Operation {
  return { action, channel, title: event, summary, description, messages: [messageRef(event)], "x-rules": rules }
}

function errorsOf(event: ClientEvent): readonly ErrorCode[] {
  return [...clientEvents[event].errors, ...generalErrors]
}

function failureWith(codes: readonly ErrorCode[]): JsonSchema {
  const failure = jsonSchemaOf(Failure)
  const error: JsonSchema = {
    allOf: [{ $ref: "#/components/schemas/ErrorBody" }, { properties: { code: { enum: codes } } }],
  }
  return { ...failure, properties: { ...failure.properties, error } }
}

/** What the server answers to a payload that breaks a rule. */
function refusalOf(event: ClientEvent, payload: unknown): Failure {
  try {
    parseRequest(event, payload)
  } catch (error) {
    if (!(error instanceof ChatError)) throw error
    return { ok: false, error: { code: error.code, message: error.message, event, ...error.details } }
  }
  throw new Error(`An example of a mistake in ${event} is accepted.`)
}

function byName<Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Readonly<Record<Name, T>> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, T>
}

/** Whatever the request: what all definitions have in common. */
function definitionOf(event: ClientEvent): RequestDefinition<v.GenericSchema, v.GenericSchema> {
  return clientEvents[event]
}

/** An event's arguments, whose schemas are asked for one by one. */
function told(event: ServerEvent) {
  const { summary, args, example } = serverEvents[event]
  return { summary, args: args as v.TupleSchema<v.GenericSchema[], undefined>, example: example as readonly unknown[] }
}
