/** Text of others as it may be shown on a terminal: on one line, with what would steer the terminal spelled out. */
export function visible(text: string): string {
  return text.replace(steering, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** The same of several lines, which stay lines. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n")
}

/** JSON of texts of others, which a terminal shows as it is and a program reads as it was. */
export function visibleJson(value: unknown): string {
  return visibleInJson(JSON.stringify(value))
}

/** The same of what is JSON already, on one line. */
export function visibleInJson(json: string): string {
  return json.replace(steering, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`
    }).join(""),
  )
}

/** Controls, line breaks of any kind, and what turns the direction of writing; what joins letters and emoji stays. */
const steering = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu
