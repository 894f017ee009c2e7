/** What can be said of a text without parsing it, which is enough for most messages. */

const lengthMax = 400
/** Marks, characters of links, line breaks, and the beginnings of lists. */
const markup = /[`*_~>[\n]|[.:@]\S|^ *(?:[-•]|\d{1,3}[.)]) /

/** Whether it is one short plain paragraph; false in case of doubt. */
export function isPlain(text: string): boolean {
  return text.length <= lengthMax && !markup.test(text)
}

/** One to three emoji and nothing else, which are shown large. */
export function isFewEmoji(text: string): boolean {
  return text.length <= 60 && /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text.trim())
}
