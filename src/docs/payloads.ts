/**
 * What a client sends to one server. Where a token says who a connection is, a request need
 * not say it again: the documents of such a server leave those fields open.
 */
import { type ClientEvent, clientEvents } from "../contract/events.ts"
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts"

/** The server that the documents are of. */
export interface Served {
  readonly version: string
  /** Where its clients reach it: `https://chat.example.com`. */
  readonly address: string
  /** With AUTH=token, and not with AUTH=open. */
  readonly asksForTokens: boolean
}

const saidByToken: Readonly<Record<string, string>> = {
  userId: "The token's `sub`, or left out.",
  username: "What others see as the user's name. A token's `name` wins; with one it may be left out.",
}

export function payloadSchema(event: ClientEvent, { asksForTokens }: Pick<Served, "asksForTokens">): JsonSchema {
  const schema = jsonSchemaOf(clientEvents[event].payload)
  return asksForTokens ? withoutClaims(schema) : schema
}

function withoutClaims({ properties = {}, required = [], ...schema }: JsonSchema): JsonSchema {
  const fields = Object.entries(properties).map(([name, field]): [string, JsonSchema] => {
    const description = saidByToken[name]
    return [name, description === undefined ? field : { ...field, description }]
  })
  return {
    ...schema,
    properties: Object.fromEntries(fields),
    required: required.filter((name) => saidByToken[name] === undefined),
  }
}
