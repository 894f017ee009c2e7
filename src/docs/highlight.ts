/** Colours for code: enough to tell its parts apart, and no more. */
import { type Html, html } from "./html.ts"

const script = [
  String.raw`(?<comment>\/\/.*|\/\*[^]*?\*\/)`,
  String.raw`(?<string>"(?:[^"\\\n]|\\.)*"|${"`"}(?:[^${"`"}\\]|\\.)*${"`"})`,
  String.raw`(?<keyword>\b(?:import|from|export|class|readonly|type|const|await|async|new|if|else|for|of|return|throw|this|function|null|true|false|undefined)\b(?!\??:))`,
  String.raw`(?<number>\b\d[\d_.]*\b)`,
]
const tag = String.raw`(?<tag><\/?[a-z!][a-z]*|(?<=["a-z])>)`

const tokens: Readonly<Record<string, RegExp>> = {
  ts: new RegExp(script.join("|"), "g"),
  html: new RegExp([tag, ...script].join("|"), "g"),
}

/** Knows "ts" and "html"; other code is left as it is. */
export function highlight(language: string, code: string): Html {
  const token = tokens[language]
  if (token === undefined) return html`${code}`
  const parts: Html[] = []
  let end = 0
  for (const { 0: text, index, groups = {} } of code.matchAll(token)) {
    const [kind = ""] = Object.entries(groups).find(([, found]) => found !== undefined) ?? []
    parts.push(html`${code.slice(end, index)}<span class="${kind}">${text}</span>`)
    end = index + text.length
  }
  return html`${parts}${code.slice(end)}`
}
