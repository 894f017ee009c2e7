/** What a form tells a person before the server would refuse it. `undefined` when nothing speaks against it. */
import { limits } from "../../contract/limits.ts"
import { hasSomethingVisible, isCleanLine, isWebUrl, isWithoutInvisible, lengthOf } from "../../contract/text.ts"

export const problemOfUsername = (name: string): string | undefined => problemOfLine(name, limits.usernameLengthMax)
export const problemOfRoomName = (name: string): string | undefined => problemOfLine(name, limits.nameLengthMax)

/** Of a picture's address. */
export function problemOfUrl(url: string): string | undefined {
  if (!isWebUrl(url)) return "It must begin with https:// or http://."
  return lengthOf(url) > limits.urlLengthMax
    ? `It must not be longer than ${limits.urlLengthMax} characters.`
    : undefined
}

/** Of a message. */
export function problemOfMessage(text: string): "empty" | "long" | undefined {
  if (!hasSomethingVisible(text)) return "empty"
  return lengthOf(text) > limits.contentLengthMax ? "long" : undefined
}

function problemOfLine(text: string, lengthMax: number): string | undefined {
  if (!hasSomethingVisible(text)) return "It must not be empty."
  if (lengthOf(text) > lengthMax) return `It must not be longer than ${lengthMax} characters.`
  if (!isCleanLine(text) || !isWithoutInvisible(text)) return "It contains characters that cannot be seen."
  return undefined
}
