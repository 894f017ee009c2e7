/** What the parts of the page are made of. */
import type { Rule } from "../contract/rules.ts"
import { boundsOf, kindOf } from "./describe.ts"
import { highlight } from "./highlight.ts"
import { type Html, html, prose } from "./html.ts"
import type { JsonSchema } from "./json-schema.ts"

/** What the page shows of a line of code without scrolling. */
const lineLengthMax = 80

/** A block of code that can be copied. */
export function code(language: string, text: string, caption?: Html | string): Html {
  const title = caption === undefined ? undefined : html`<figcaption>${caption}</figcaption>`
  return html`<figure class="code">${title}<pre tabindex="0"><code data-language="${language}">${highlight(language, text)}</code></pre></figure>`
}

/** What an object holds. */
export function fields(schema: JsonSchema): Html {
  const { properties = {}, required = [] } = schema
  const rows = Object.entries(properties).map(([name, field]) => {
    const bounds = boundsOf(field).map((bound) => html` <span class="bounds">${bound}</span>`)
    const optional = required.includes(name) ? undefined : html` <span class="optional">optional</span>`
    const meaning = field.description === undefined ? undefined : prose(field.description)
    return html`<div><dt><code>${name}</code>${optional}</dt><dd><p class="kind">${kindOf(field)}${bounds}</p><p>${meaning}</p></dd></div>`
  })
  return html`<dl class="fields">${rows}</dl>`
}

/** The numbered rules that say exactly what holds. */
export function ruleLinks(numbers: readonly Rule[]): Html {
  return html`<p class="exactly">Exactly: ${list(numbers.map((number) => html`<a href="#${number}">${number}</a>`))}.</p>`
}

/** The source of a call with that argument, on one line where it fits. */
export function callOf(start: string, argument: unknown): string {
  return `${start}${literal(argument, start.length)})`
}

/** As JavaScript writes it, on one line where that fits behind `indent` characters. */
export function literal(value: unknown, indent = 0): string {
  const whole = JSON.stringify(value, null, 2).replace(/^(\s*)"(\w+)":/gm, "$1$2:")
  const line = whole.replace(/\n\s*/g, " ")
  return indent + line.length < lineLengthMax ? line : whole
}

export function list(items: readonly Html[]): Html {
  return html`${items.map((item, index) => (index === 0 ? item : html`${index === items.length - 1 ? " and " : ", "}${item}`))}`
}
