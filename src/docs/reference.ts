/** The parts of the page that requests and events refer to. */

import { objects as namedObjects } from "../contract/events.ts"
import { kinds } from "../contract/values.ts"
import { type AsyncApi, payloadOf } from "./asyncapi.ts"
import { anchorOf } from "./describe.ts"
import { fields } from "./elements.ts"
import { type Html, html, prose } from "./html.ts"
import type { JsonSchema } from "./json-schema.ts"
import { limitRows } from "./prose.ts"

export function objects(api: AsyncApi): Html {
  const sections = Object.entries(namedObjects).map(
    ([name, { about }]) => html`<section class="object" aria-labelledby="${anchorOf(name)}">
<h3 id="${anchorOf(name)}">${name}</h3>
<p>${prose(about)}</p>
${fields(api.components.schemas[name] ?? {})}
</section>`,
  )
  return html`${sections}`
}

export function values(api: AsyncApi): Html {
  const rules = rulesByTitle(api)
  const rows = Object.entries(kinds).map(
    ([title, text]) => html`<div id="${anchorOf(title)}"><dt>${title}</dt><dd><p>${prose(text)}</p>
${[...(rules.get(title) ?? [])].map((rule) => html`<p class="bounds">It ${rule}.</p>`)}</dd></div>`,
  )
  return html`<dl class="fields">${rows}</dl>`
}

export function limits(): Html {
  const rows = limitRows().map(
    ([what, limit, otherwise]) =>
      html`<tr><th scope="row">${prose(what)}</th><td>${limit}</td><td>${prose(otherwise)}</td></tr>`,
  )
  return html`<table><thead><tr><th scope="col">What</th><th scope="col">Limit</th><th scope="col">Otherwise</th></tr></thead>
<tbody>${rows}</tbody></table>`
}

export function errors(api: AsyncApi): Html {
  const rows = Object.entries(api["x-errors"]).map(
    ([code, { meaning, remedy }]) =>
      html`<tr id="${code}"><th scope="row"><code>${code}</code></th><td>${prose(meaning)}</td><td>${prose(remedy)}</td></tr>`,
  )
  return html`<table><thead><tr><th scope="col">Code</th><th scope="col">What it says</th><th scope="col">What to do</th></tr></thead>
<tbody>${rows}</tbody></table>`
}

export function rules(api: AsyncApi): Html {
  const rows = Object.entries(api["x-rules"]).map(
    ([number, text]) => html`<div id="${number}"><dt>${number}</dt><dd>${prose(text)}</dd></div>`,
  )
  return html`<dl class="rules">${rows}</dl>`
}

/** Each title's rules that are sentences, from wherever the title is used. */
function rulesByTitle(api: AsyncApi): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const visit = (schema: JsonSchema): void => {
    const { title, allOf = [], anyOf = [], properties = {} } = schema
    if (title !== undefined) {
      const sentences = allOf.flatMap(({ description }) => description ?? [])
      found.set(title, new Set([...(found.get(title) ?? []), ...sentences]))
    }
    for (const inner of [...anyOf, ...Object.values(properties)]) visit(inner)
  }
  for (const message of Object.values(api.components.messages)) visit(payloadOf(api, message))
  return found
}
