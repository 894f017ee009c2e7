/**
 * Foreign text as it may be shown on a terminal: on one line, with everything that would control the terminal spelled
 * out.
 */
export function visible(text: string): string {
  return text.replace(steering, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** The same for several lines, which stay lines. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n")
}

/** JSON of foreign texts: a terminal shows it safely, and a program reads the original. */
export function visibleJson(value: unknown): string {
  return visibleInJson(JSON.stringify(value))
}

/** The same for text that is JSON already, on one line. */
export function visibleInJson(json: string): string {
  return json.replace(steering, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`
    }).join(""),
  )
}

/**
 * Control characters, line breaks of any kind, and characters that change the direction of writing; joiners of letters
 * and emoji stay.
 */
const steering = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu
