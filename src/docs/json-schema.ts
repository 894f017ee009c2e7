/**
 * The contract's schemas as JSON Schema, draft 7, which AsyncAPI uses.
 *
 * It is what a client writes: before defaults, with ids as plain strings. Objects that
 * several events share have a name and are referred to by it.
 */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema"
import type * as v from "valibot"
import { objects } from "../contract/events.ts"
import type { Rule } from "../contract/values.ts"

export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  /** The kind of value, where it has a name among people. */
  readonly title?: string
  readonly description?: string
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  /** A list of schemas describes a tuple. */
  readonly items?: JsonSchema | readonly JsonSchema[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly anyOf?: readonly JsonSchema[]
  /** Rules beyond the keywords above, each with its sentence. */
  readonly allOf?: readonly JsonSchema[]
}

/** The objects that have a name of their own, in every document. */
const named: Readonly<Record<string, v.GenericSchema>> = Object.fromEntries(
  Object.entries(objects).map(([name, { schema }]) => [name, schema]),
)

const refPrefix = "#/components/schemas/"

export function refTo(name: string): string {
  return `${refPrefix}${name}`
}

/** The name a `$ref` of these schemas refers to. */
export function nameOf(ref: string): string {
  return ref.slice(refPrefix.length)
}

/** The name of the object that a schema refers to, whether or not it says more of it. */
export function referredIn({ $ref, allOf = [] }: JsonSchema): string | undefined {
  const ref = $ref ?? allOf.find((part) => part.$ref !== undefined)?.$ref
  return ref === undefined ? undefined : nameOf(ref)
}

export function namedSchemas(): Readonly<Record<keyof typeof objects, JsonSchema>> {
  const defined = toJsonSchemaDefs(named, config) as unknown as Record<keyof typeof objects, Converted>
  return mapValues(defined, ({ called, ...schema }) => referring(schema))
}

export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema, $defs, ...jsonSchema } = toJsonSchema(schema, { ...config, definitions: named })
  return referring(jsonSchema as Converted)
}

/** As the conversion has it: what is said beside a name (`v.pipe(Room, v.description(…))`) writes the object out. */
interface Converted extends JsonSchema {
  readonly called?: string
}

/** A name for each object that has one. What stands beside `$ref` counts for nothing, so a description stands around it. */
function referring({ called, description, ...schema }: Converted): JsonSchema {
  const about = description === undefined ? {} : { description }
  if (called !== undefined) {
    const ref = { $ref: refTo(called) }
    return description === undefined ? ref : { description, allOf: [ref] }
  }
  const { properties, items, anyOf } = schema
  return {
    ...about,
    ...schema,
    ...(properties && { properties: mapValues(properties, referring) }),
    ...(items && { items: "length" in items ? items.map(referring) : referring(items) }),
    ...(anyOf && { anyOf: anyOf.map(referring) }),
  }
}

function mapValues<Name extends string, From, To>(values: Readonly<Record<Name, From>>, change: (value: From) => To) {
  return Object.fromEntries(Object.entries<From>(values).map(([name, value]) => [name, change(value)])) as Record<
    Name,
    To
  >
}

const config: ConversionConfig = {
  typeMode: "input",
  // They say nothing of what a client writes.
  ignoreActions: ["brand", "to_lower_case"],
  overrideRef: ({ referenceId }) => refTo(referenceId),
  overrideAction: ({ valibotAction, jsonSchema }) => {
    if (valibotAction.type !== "check") return undefined
    // A check without keywords stays an error: the documents would not tell of it.
    if (!isRule(valibotAction)) throw new Error(`A check has no keywords: ${JSON.stringify(valibotAction)}`)
    const { keywords, message } = valibotAction
    // A schema can have one pattern only, so each rule that is one stands for itself.
    if ("minLength" in keywords) return { ...jsonSchema, ...keywords }
    return { ...jsonSchema, allOf: [...(jsonSchema.allOf ?? []), { description: message, ...keywords }] }
  },
  overrideSchema: ({ valibotSchema, jsonSchema, referenceId }) => {
    const converted = withTupleBounds(valibotSchema, hoistDescription(jsonSchema as JsonSchema))
    return { ...converted, ...(referenceId !== undefined && { called: referenceId }) } as never
  },
}

function isRule(action: object): action is Rule<unknown> {
  return "keywords" in action
}

/** What a value means is said of the field, not of one of the types it may have. */
function hoistDescription(schema: JsonSchema): JsonSchema {
  const [inner, ...others] = schema.anyOf ?? []
  if (inner?.description === undefined || inner.$ref !== undefined) return schema
  const { description, ...rest } = inner
  return { description, ...schema, anyOf: [rest, ...others] }
}

/** A tuple ends where its optional items begin: the conversion asks for all of them. */
function withTupleBounds(schema: object, jsonSchema: JsonSchema): JsonSchema {
  if (!("items" in schema && Array.isArray(schema.items))) return jsonSchema
  const items: { readonly type: string }[] = schema.items
  const required = items.filter(({ type }) => type !== "optional")
  return { ...jsonSchema, minItems: required.length, maxItems: items.length }
}
