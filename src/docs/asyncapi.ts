/**
 * The contract as an AsyncAPI 3.0 document, from the server's side: it receives each
 * request and replies with the acknowledgement, and it sends each event.
 *
 * The payload of a message is the event's argument; where there are two, as with
 * `history`, it is the tuple of them. Every payload is a schema with a name, which is the
 * one that types.d.ts gives it, so that a generator has something to call it.
 */
import type * as v from "valibot"
import type { RequestDefinition } from "../contract/definition.ts"
import { ChatError, type ErrorCode, errorMessages, remedies } from "../contract/errors.ts"
import { type ClientEvent, clientEvents, generalErrors, type ServerEvent, serverEvents } from "../contract/events.ts"
import { parseRequest } from "../contract/parse.ts"
import { Failure } from "../contract/refusals.ts"
import { type Rule, rules } from "../contract/rules.ts"
import { type JsonSchema, jsonSchemaOf, namedSchemas, nameOf, refTo } from "./json-schema.ts"
import { answerName, payloadName } from "./names.ts"
import { examplesOf, payloadSchema, type Served } from "./payloads.ts"
import { needed, overview } from "./prose.ts"

interface Ref {
  readonly $ref: string
}

export interface Message {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly contentType: "application/json"
  readonly payload: Ref
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

export function asyncApi(served: Served) {
  const requests = Object.keys(clientEvents) as ClientEvent[]
  const events = Object.keys(serverEvents) as ServerEvent[]
  const messages = Object.assign(
    {},
    ...requests.map((event) => requestMessages(event, served)),
    ...events.map(eventMessage),
  )
  const { protocol, host } = new URL(served.address)
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Warren",
      version: served.version,
      description: overview,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    defaultContentType: "application/json",
    servers: {
      warren: {
        host: "{host}",
        pathname: "/socket.io/",
        protocol: protocol === "https:" ? "wss" : "ws",
        protocolVersion: "Socket.IO 4 (Engine.IO 4)",
        description: "Any Socket.IO 4 client, over websocket or polling.",
        variables: { host: { default: host, description: "The address of the server." } },
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
    components: { schemas: schemasOf(served), messages: messages as Readonly<Record<string, Message>> },
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

/** The schema of a message's payload. */
export function payloadOf(api: AsyncApi, { payload }: Message): JsonSchema {
  const schema = api.components.schemas[nameOf(payload.$ref)]
  if (schema === undefined) throw new Error(`There is no schema ${payload.$ref}`)
  return schema
}

function schemasOf(served: Served): Readonly<Record<string, JsonSchema>> {
  const requests = (Object.keys(clientEvents) as ClientEvent[]).flatMap((event): [string, JsonSchema][] => [
    [payloadName(event), payloadSchema(event, served)],
    [answerName(event), jsonSchemaOf(definitionOf(event).answer)],
    [refusalName(event), failureWith(errorsOf(event))],
  ])
  const events = (Object.keys(serverEvents) as ServerEvent[]).flatMap((event): [string, JsonSchema][] => {
    const { args } = told(event)
    return soleNameOf(args) === undefined ? [[payloadName(event), jsonSchemaOf(args)]] : []
  })
  return { ...namedSchemas(), ...Object.fromEntries([...requests, ...events]) }
}

function requestMessages(event: ClientEvent, served: Served): Record<string, Message> {
  const { summary, answered, mistakes } = definitionOf(event)
  const [granted, refused] = [grantedName(event), refusedName(event)]
  const refusals = mistakes.slice(0, 1).map(({ payload }) => refusalOf(event, payload))
  return {
    [event]: message(event, summary, payloadName(event), examplesOf(event, served)),
    [granted]: message(granted, `Acknowledges ${event}.`, answerName(event), [answered]),
    [refused]: message(refused, `Refuses ${event}.`, refusalName(event), refusals),
  }
}

function eventMessage(event: ServerEvent): Record<string, Message> {
  const { summary, args, example } = told(event)
  const name = soleNameOf(args)
  return { [event]: message(event, summary, name ?? payloadName(event), [name === undefined ? example : example[0]]) }
}

const refusalName = (event: ClientEvent) => `${payloadName(event)}Refusal`

/** The name of an event's only argument: all of those have one. */
function soleNameOf({ items }: v.TupleSchema<v.GenericSchema[], undefined>): string | undefined {
  const [first, ...others] = items
  if (first === undefined || others.length > 0) return undefined
  const { $ref } = jsonSchemaOf(first)
  if ($ref === undefined) throw new Error("The only argument of an event needs a name in `objects`.")
  return nameOf($ref)
}

function message(name: string, summary: string, schemaName: string, examples: readonly unknown[]): Message {
  return {
    name,
    title: name,
    summary,
    contentType: "application/json",
    payload: { $ref: refTo(schemaName) },
    examples: examples.map((payload, index) => ({ name: index === 0 ? "typical" : `variant ${index}`, payload })),
  }
}

function requestOperation(event: ClientEvent): Operation {
  const { needs, description, ...definition } = definitionOf(event)
  return {
    ...operation("receive", event, { ...definition, description: [description, ...needed(needs)].join(" ") }),
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
    allOf: [{ $ref: refTo("ErrorBody") }, { properties: { code: { enum: codes } } }],
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
