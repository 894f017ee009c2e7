/** A JSON Schema in words: what kind of value it is, and its bounds. */

import { kinds } from "../contract/values.ts"
import { type Html, html } from "./html.ts"
import { type JsonSchema, referredIn } from "./json-schema.ts"

/** Such as "UUID", "list of Message" or ""text" or "image"", with links to what has a place of its own. */
export function kindOf(schema: JsonSchema): Html {
  const name = referredIn(schema)
  if (name !== undefined) return link(name)
  if (schema.title !== undefined) return schema.title in kinds ? link(schema.title) : html`${schema.title}`
  if (schema.anyOf !== undefined) return either(schema.anyOf.map(kindOf))
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined)
    return schema.enum.length > maxListed ? html`<a href="#errors">error code</a>` : either(schema.enum.map(literal))
  switch (schema.type) {
    case "array":
      return listOf(schema.items)
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
  const { minLength, maxLength, minimum, maximum, minItems = 0, maxItems } = schema.anyOf?.[0] ?? schema
  const bounds: string[] = []
  if (maxItems !== undefined) bounds.push(minItems === 0 ? `at most ${maxItems}` : `${minItems}–${maxItems} of them`)
  if (maxLength !== undefined) bounds.push(`${minLength ?? 0}–${maxLength.toLocaleString("en")} characters`)
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) bounds.push(`${minimum}–${maximum}`)
  if (schema.default !== undefined) bounds.push(`${JSON.stringify(schema.default)} unless given`)
  return bounds
}

/** The place of an object or a kind of value in the page. */
export function anchorOf(name: string): string {
  return `type-${name.replaceAll(" ", "-")}`
}

function listOf(items: JsonSchema["items"]): Html {
  if (items === undefined) return html`list`
  return "length" in items ? html`[${joined(items.map(kindOf), ", ")}]` : html`list of ${kindOf(items)}`
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
  return joined(kinds, " or ")
}

function joined(parts: readonly Html[], between: string): Html {
  return html`${parts.map((part, index) => (index === 0 ? part : html`${between}${part}`))}`
}
