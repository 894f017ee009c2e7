/** What can be said of a text without parsing it, which is enough for most messages. */

const lengthMax = 400
/** Marks, what may be part of a link, further lines, and what begins a list. */
const markup = /[`*_~>[\n]|[.:@]\S|^ *(?:[-•]|\d{1,3}[.)]) /

/** Whether it is one short paragraph, as it stands. Of what may be more than that it says no. */
export function isPlain(text: string): boolean {
  return text.length <= lengthMax && !markup.test(text)
}

/** One to three emoji and nothing else, which are shown large. */
export function isFewEmoji(text: string): boolean {
  return text.length <= 60 && /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text.trim())
}
