/** A JSON Schema in words: what kind of value it is, and its bounds. */

import { kinds } from "../contract/values.ts"
import { type Html, html } from "./html.ts"
import { type JsonSchema, nameOf } from "./json-schema.ts"

/** Such as "UUID", "list of Message" or ""text" or "image"", with links to what has a place of its own. */
export function kindOf(schema: JsonSchema): Html {
  if (schema.$ref !== undefined) return link(nameOf(schema.$ref))
  if (schema.title !== undefined) return schema.title in kinds ? link(schema.title) : html`${schema.title}`
  if (schema.anyOf !== undefined) return either(schema.anyOf.map(kindOf))
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined)
    return schema.enum.length > maxListed ? html`<a href="#errors">error code</a>` : either(schema.enum.map(literal))
  switch (schema.type) {
    case "array":
      return html`list of ${kindOf(schema.items as JsonSchema)}`
    case "boolean":
      return either([literal(true), literal(false)])
    case "string":
      return html`text`
    case "null":
      return literal(null)
    default:
      return html`${schema.type}`
  }
}

/** Such as "1–80 characters" or "20 unless given". */
export function boundsOf(schema: JsonSchema): string[] {
  const { minLength, maxLength, minimum, maximum } = schema.anyOf?.[0] ?? schema
  const bounds: string[] = []
  if (maxLength !== undefined) bounds.push(`${minLength ?? 0}–${maxLength.toLocaleString("en")} characters`)
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) bounds.push(`${minimum}–${maximum}`)
  if (schema.default !== undefined) bounds.push(`${JSON.stringify(schema.default)} unless given`)
  return bounds
}

/** The place of an object or a kind of value in the page. */
export function anchorOf(name: string): string {
  return `type-${name.replaceAll(" ", "-")}`
}

/** Error codes are a list of their own. */
const maxListed = 4

function link(name: string): Html {
  return html`<a href="#${anchorOf(name)}">${name}</a>`
}

function literal(value: unknown): Html {
  return html`<code>${JSON.stringify(value)}</code>`
}

function either(kinds: readonly Html[]): Html {
  return html`${kinds.map((kind, index) => (index === 0 ? kind : html` or ${kind}`))}`
}
