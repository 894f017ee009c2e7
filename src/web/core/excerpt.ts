/** What a message says, in one line: for lists and notifications. */
import { texts } from "../texts/texts.ts"
import type { Message } from "./wire.ts"

const lengthMax = 140
const halfCharacter = /\p{Cs}$/u

export function excerptOf({ type, content }: Pick<Message, "type" | "content">): string {
  if (type === "image") return texts().message.pictureExcerpt
  const start = content.slice(0, lengthMax).replace(halfCharacter, "").trim().replace(/\s+/gu, " ")
  return content.length > lengthMax ? `${start}…` : start
}
