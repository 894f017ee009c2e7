/** What a message says, in one line: for lists and notifications. */
import { texts } from "../texts/texts.ts"
import type { Message, SharedFile } from "./wire.ts"

const lengthMax = 140
const halfCharacter = /\p{Cs}$/u

type Said = Pick<Message, "type" | "content"> & { readonly files?: readonly SharedFile[] | undefined }

export function excerptOf({ type, content, files }: Said): string {
  const [first] = files ?? []
  // Without a text, the content is the address of the first file.
  if (type === "text" && first !== undefined && (content === "" || content.endsWith(first.url))) return first.name
  if (type === "image") return texts().message.pictureExcerpt
  const start = content.slice(0, lengthMax).replace(halfCharacter, "").trim().replace(/\s+/gu, " ")
  return content.length > lengthMax ? `${start}…` : start
}
