/**
 * Extracts text from the HTML of ActionText: blocks become lines, mentions become names,
 * links keep their address. It is read once from left to right, whatever it contains.
 */

/** The meaning of an `action-text-attachment`: the id of a mentioned user, or the text to show instead. */
type Attached = (attributes: ReadonlyMap<string, string>) => string

const entities = new Map(Object.entries({ lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: " " }))
const blocks = new Set(["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "figure"])
const hidden = new Set(["script", "style", "template"])
const tagPattern = /<(?:!--[\s\S]*?(?:-->|$)|(\/?)([a-z][a-z0-9-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>)/giy

export function textOfHtml(html: string, attached: Attached): string {
  let text = ""
  let [link, linkStart]: [string | undefined, number] = [undefined, 0]
  let inside: string | undefined
  const line = () => {
    if (text !== "" && !text.endsWith("\n")) text += "\n"
  }
  for (let at = 0; at < html.length; ) {
    const open = html.indexOf("<", at)
    const end = open === -1 ? html.length : open
    if (end > at && inside === undefined) text += decoded(html.slice(at, end).replace(/[\t\n\r ]+/g, " "))
    if (open === -1) break
    tagPattern.lastIndex = open
    const match = tagPattern.exec(html)
    if (match === null) {
      // An unclosed tag: looking for its end again would read the rest once for each of them.
      const isTag = /[a-z/]/i.test(html.charAt(open + 1))
      at = isTag ? html.length : open + 1
      if (inside === undefined) text += decoded(html.slice(open, at))
      continue
    }
    at = tagPattern.lastIndex
    const [, slash, name = "", rest = ""] = match
    const tag = name.toLowerCase()
    if (inside !== undefined) {
      if (slash && tag === inside) inside = undefined
      continue
    }
    if (hidden.has(tag)) inside = slash ? undefined : tag
    else if (tag === "br") text += "\n"
    else if (tag === "li") {
      line()
      if (!slash) text += "- "
    } else if (blocks.has(tag)) line()
    else if (tag === "action-text-attachment" && !slash) text += attached(attributesOf(rest))
    else if (tag === "a" && !slash) [link, linkStart] = [attributesOf(rest).get("href"), text.length]
    else if (tag === "a" && link !== undefined) {
      const label = text.slice(linkStart).trim()
      if (label !== link && /^https?:/i.test(link)) text += label === "" ? link : ` (${link})`
      link = undefined
    }
  }
  return text.trim()
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)
  return new Map(
    [...found].map(([, name = "", one, other]) => [name.toLowerCase(), decoded(one ?? other ?? "")] as const),
  )
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name: string) => {
    if (name !== undefined) return entities.get(name.toLowerCase()) ?? whole
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : whole
  })
}
