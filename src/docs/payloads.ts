/**
 * What a client sends to one server. Where it is known who a connection is, a request need
 * not say it again: the documents of such a server leave those fields open, and its
 * examples leave them out.
 */
import type * as v from "valibot"
import type { Auth } from "../contract/accounts.ts"
import type { RequestDefinition } from "../contract/definition.ts"
import { type ClientEvent, clientEvents } from "../contract/events.ts"
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts"

/** The server that the documents are of. */
export interface Served {
  readonly version: string
  /** Where its clients reach it: `https://chat.example.com`. */
  readonly address: string
  /** How it knows who somebody is. */
  readonly auth: Auth
}

/** What a connection says of its user, and the requests on it need not. */
const saidBefore: Readonly<Record<Auth, Readonly<Record<string, string>>>> = {
  open: {},
  token: {
    userId: "The token's `sub`, or left out.",
    username: "What others see as the user's name. A token's `name` wins; with one it may be left out.",
  },
  accounts: {
    userId: "The account's, or left out.",
    username: "What others see as the user's name. The account's wins, and it may be left out.",
  },
}

export function payloadSchema(event: ClientEvent, { auth }: Pick<Served, "auth">): JsonSchema {
  const { properties = {}, required = [], ...schema } = jsonSchemaOf(clientEvents[event].payload)
  const said = saidOf(event, auth)
  const fields = Object.entries(properties).map(([name, field]): [string, JsonSchema] => {
    const description = said[name]
    return [name, description === undefined ? field : { ...field, description }]
  })
  return {
    ...schema,
    properties: Object.fromEntries(fields),
    required: required.filter((name) => said[name] === undefined),
  }
}

export function examplesOf(event: ClientEvent, { auth }: Pick<Served, "auth">): readonly unknown[] {
  const { examples }: RequestDefinition<v.GenericSchema, v.GenericSchema> = clientEvents[event]
  const said = saidOf(event, auth)
  return examples.map((example) =>
    Object.fromEntries(Object.entries(example as object).filter(([name]) => said[name] === undefined)),
  )
}

function saidOf(event: ClientEvent, auth: Auth): Readonly<Record<string, string>> {
  const { userId, username } = saidBefore[auth]
  const { saysProfile }: RequestDefinition<v.GenericSchema, v.GenericSchema> = clientEvents[event]
  return { ...(userId && { userId }), ...(username && !saysProfile && { username }) }
}
