/** Converts foreign texts for Warren: names of people and rooms, readable links, and nothing that Warren refuses. */
import * as v from "valibot"
import { limits } from "../../contract/limits.ts"
import { hasSomethingVisible } from "../../contract/text.ts"
import { RoomName, Username } from "../../contract/values.ts"

export interface Names {
  readonly user: (id: string) => string | undefined
  readonly room: (id: string) => string | undefined
}

/**
 * For Slack: `<@U1>`, `<#C1|name>`, `<!here>`, `<https://…|label>`, and then the three characters that are written as
 * entities.
 */
export function plainText(text: string, { user, room }: Names): string {
  const named = text.replace(
    /<([@#!]?)([^<>|\s][^<>|]*)(?:\|([^<>]*))?>/g,
    (_, kind: string, target: string, label?: string) => {
      switch (kind) {
        case "@":
          return `@${user(target) ?? label ?? target}`
        case "#":
          return `#${label || (room(target) ?? target)}`
        case "!":
          return label ?? `@${target.split("^")[0]}`
        default:
          return label === undefined || label === target ? target : `${label} (${target})`
      }
    },
  )
  return named.replace(/&(lt|gt|amp);/g, (_, name: "lt" | "gt" | "amp") => ({ lt: "<", gt: ">", amp: "&" })[name])
}

/** Changes a text outside of code. */
export function outsideCode(text: string, change: (part: string) => string): string {
  return text
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join("")
}

/** Splits a text into messages; none if nothing is visible. */
export function contentsOf(text: string): string[] {
  const clean = text
    .toWellFormed()
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .replace(/^\n+/, "")
  if (!hasSomethingVisible(clean)) return []
  // Most texts are far shorter, and counting their characters is the most expensive part.
  if (clean.length <= limits.contentLengthMax) return [clean]
  return partsOf(clean, limits.contentLengthMax).filter(hasSomethingVisible)
}

/** Parts of so many characters, of a text that may be hundreds of megabytes. */
function partsOf(text: string, lengthMax: number): string[] {
  const parts: string[] = []
  let [start, length] = [0, 0]
  for (let at = 0; at < text.length; ) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
    if (++length < lengthMax && at < text.length) continue
    parts.push(text.slice(start, at))
    ;[start, length] = [at, 0]
  }
  return parts
}

/** How much of a name or topic is looked at. */
const lineUnitsMax = 4_096

export function usernameOf(names: readonly unknown[], otherwise: string): string {
  return lineOf(Username, names, limits.usernameLengthMax) ?? otherwise
}

export function roomNameOf(name: unknown, otherwise: string): string {
  return lineOf(RoomName, [name], limits.nameLengthMax) ?? otherwise
}

/** One line, and short enough. */
export function topicOf(text: string): string {
  const line = text
    .slice(0, lineUnitsMax)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .toWellFormed()
    .trim()
  return Array.from(line).slice(0, limits.topicLengthMax).join("")
}

/** The first valid name, without characters that names may not have. */
function lineOf(
  schema: v.GenericSchema<unknown, string>,
  names: readonly unknown[],
  lengthMax: number,
): string | undefined {
  for (const name of names) {
    if (typeof name !== "string") continue
    const clean = name
      .slice(0, lineUnitsMax)
      .toWellFormed()
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu, "")
      .trim()
    const result = v.safeParse(schema, Array.from(clean).slice(0, lengthMax).join(""))
    if (result.success) return result.output
  }
  return undefined
}
