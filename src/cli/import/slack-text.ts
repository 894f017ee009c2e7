/**
 * The text of a Slack message, in Slack's own markup (`<@U1>`, `<https://…|label>`): its text, what it forwards,
 * attachments of programs, and its blocks if there is no text at all. Mattermost has attachments as well.
 */
import { type Json, listIn, objectIn, textIn } from "./json.ts"
import { outsideCode } from "./text.ts"

/** Nested lists and quotes are followed no deeper, whatever an export contains. */
const depthMax = 8

export function textOf(message: Json): string {
  const { text, attachments } = message
  const said = textIn(text) || textOfBlocks(message["blocks"])
  const attached = listIn(attachments)
    .filter((attachment) => !isPreview(attachment, said))
    .map(textOfAttachment)
  return [said, ...attached].filter((part) => part !== "").join("\n")
}

/** Slack's `*bold*` and `~strike~` as Markdown; `_italics_` are the same. */
export function withMarks(text: string): string {
  return outsideCode(text, (part) =>
    part
      .replace(/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\p{L}\p{N}*])/gu, "**$1**")
      .replace(/(?<![\p{L}\p{N}~])~(?=\S)([^~\n]+)(?<=\S)~(?![\p{L}\p{N}~])/gu, "~~$1~~"),
  )
}

/** "<@U024BE7LH>", "<@U024BE7LH|ann>". */
export function mentionsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/<@([A-Za-z0-9]+)[|>]/g)].map(([, id = ""]) => id))]
}

/** Their bytes are at Slack, for people who are signed in there. */
export function filesOf({ files }: Json): string {
  const lines = listIn(files)
    .filter(({ mode }) => mode !== "tombstone")
    .map(({ name, title, url_private: url, permalink }) => {
      const address = withoutToken(textIn(url) || textIn(permalink))
      return `\n${textIn(name) || textIn(title) || "File"}${address === "" ? "" : `: ${address}`}`
    })
  return lines.join("")
}

/** With the token of an export, anybody can fetch every file of the workspace. */
function withoutToken(url: string): string {
  if (!URL.canParse(url)) return url
  const address = new URL(url)
  if (!address.searchParams.has("t")) return url
  address.searchParams.delete("t")
  return address.href
}

/** The preview of an address in the text. */
function isPreview({ from_url: from, original_url: original, is_share: isShare }: Json, said: string): boolean {
  return isShare !== true && [from, original].some((url) => textIn(url) !== "" && said.includes(textIn(url)))
}

function textOfAttachment(attachment: Json): string {
  const { pretext, title, title_link: link, text, fields, fallback } = attachment
  const lines = [
    textIn(pretext),
    linked(textIn(title), textIn(link)),
    textIn(text),
    ...listIn(fields).map(({ title: name, value }) => [textIn(name), textIn(value)].filter(Boolean).join(": ")),
    textIn(text) === "" ? textOfBlocks(attachment["blocks"]) : "",
  ].filter((line) => line !== "")
  return lines.length > 0 ? lines.join("\n") : textIn(fallback)
}

function textOfBlocks(blocks: unknown): string {
  return listIn(blocks)
    .map((block) => textOfBlock(block, 0))
    .filter((text) => text !== "")
    .join("\n")
}

function textOfBlock(block: Json, depth: number): string {
  if (depth > depthMax) return ""
  const { type, text, fields, elements, alt_text: alt, title } = block
  const inner = () => listIn(elements).map((element) => textOfBlock(element, depth + 1))
  switch (type) {
    case "rich_text":
    case "rich_text_quote":
      return inner().join(type === "rich_text" ? "\n" : "")
    case "rich_text_section":
      return inner().join("")
    case "rich_text_preformatted":
      return `\`\`\`${inner().join("")}\`\`\``
    case "rich_text_list":
      return inner()
        .map((item) => `- ${item}`)
        .join("\n")
    case "header":
    case "section":
      return [textOfObject(text), ...listIn(fields).map(textOfObject)].filter(Boolean).join("\n")
    case "context":
      return inner().join(" ")
    case "image":
      return textOfObject(objectIn(title)) || textIn(alt)
    default:
      return textOfElement(block)
  }
}

/** Part of a line. */
function textOfElement(element: Json): string {
  const { type, text, url, name, range, fallback } = element
  switch (type) {
    case "text":
      return escaped(textIn(text))
    case "mrkdwn":
    case "plain_text":
      return textIn(text)
    case "link":
      return linked(escaped(textIn(text)), textIn(url)) || textIn(url)
    case "emoji":
      return `:${textIn(name)}:`
    case "user":
      return `<@${textIn(element["user_id"])}>`
    case "channel":
      return `<#${textIn(element["channel_id"])}>`
    case "broadcast":
      return `<!${textIn(range)}>`
    case "date":
      return textIn(fallback)
    default:
      return ""
  }
}

function textOfObject(text: unknown): string {
  return textIn(objectIn(text)["text"])
}

function linked(label: string, url: string): string {
  return label === "" || url === "" || label === url ? label : `${label} (${url})`
}

/** Escaped as in Slack's texts. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}
