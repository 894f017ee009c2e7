/** What a search compares: names without what people leave out when they type them. Linear work, whatever the name. */
const isAscii = /^[\x20-\x7e]*$/
const invisible = /\p{DI}+/gu
/** To put marks into their order is work by the square of their number; no script has so many on a letter. */
const marksBeyond = /(?<=\p{M}{8})\p{M}+/gu
const accents = /[\u0300-\u036f]+/g

/** Without case, accents, the width of letters, and joiners between them. */
export function searchable(text: string): string {
  if (isAscii.test(text)) return text.toUpperCase().trim()
  const bare = text.replace(invisible, "").replace(marksBeyond, "").normalize("NFKD").replace(accents, "")
  return bare.normalize("NFC").toUpperCase().trim()
}
