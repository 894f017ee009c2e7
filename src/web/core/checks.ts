/** What a form tells a person before the server would refuse it. `undefined` when nothing speaks against it. */

import { hasSomethingVisible, isCleanLine, isWebUrl, isWithoutInvisible, lengthOf } from "../../contract/text.ts"
import { texts } from "../texts/texts.ts"
import { limits } from "./limits.ts"

export const problemOfUsername = (name: string): string | undefined => problemOfLine(name, limits.usernameLengthMax)
export const problemOfRoomName = (name: string): string | undefined => problemOfLine(name, limits.nameLengthMax)

/** It may be empty. */
export const problemOfTopic = (topic: string): string | undefined =>
  topic === "" ? undefined : problemOfLine(topic, limits.topicLengthMax)

/** Of a picture's address. */
export function problemOfUrl(url: string): string | undefined {
  if (!isWebUrl(url)) return texts().problems.url
  return lengthOf(url) > limits.urlLengthMax ? texts().problems.tooLong(limits.urlLengthMax) : undefined
}

/** Of a message. */
export function problemOfMessage(text: string): "empty" | "long" | undefined {
  if (!hasSomethingVisible(text)) return "empty"
  return lengthOf(text) > limits.contentLengthMax ? "long" : undefined
}

function problemOfLine(text: string, lengthMax: number): string | undefined {
  if (!hasSomethingVisible(text)) return texts().problems.nameEmpty
  if (lengthOf(text) > lengthMax) return texts().problems.tooLong(lengthMax)
  if (!isCleanLine(text) || !isWithoutInvisible(text)) return texts().problems.invisible
  return undefined
}
