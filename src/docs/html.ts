/** HTML that cannot be broken out of: what a template inserts is escaped, unless it is HTML already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Insert = Html | string | number | undefined | readonly Insert[]

/** html`<p>${text}</p>`; a list is joined, `undefined` is nothing. */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return new Html(parts.map((part, index) => part + textOf(inserts[index])).join(""))
}

/** Prose with `code` in backticks. */
export function prose(text: string): Html {
  return new Html(escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>"))
}

function textOf(insert: Insert): string {
  if (insert === undefined) return ""
  if (insert instanceof Html) return insert.text
  if (typeof insert === "object") return insert.map(textOf).join("")
  return escaped(String(insert))
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
