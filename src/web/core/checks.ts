/** What a form says before the server would refuse. `undefined` if nothing is wrong. */

import { hasSomethingVisible, isCleanLine, isWebUrl, isWithoutInvisible, lengthOf } from "../../contract/text.ts"
import { laterTexts } from "../texts/texts.ts"
import { limits } from "./limits.ts"

export const problemOfUsername = (name: string): string | undefined => problemOfLine(name, limits.usernameLengthMax)
export const problemOfRoomName = (name: string): string | undefined => problemOfLine(name, limits.nameLengthMax)

/** It may be empty. */
export const problemOfTopic = (topic: string): string | undefined =>
  topic === "" ? undefined : problemOfLine(topic, limits.topicLengthMax)

/** Checks the address of a picture. */
export function problemOfUrl(url: string): string | undefined {
  if (!isWebUrl(url)) return laterTexts().problems.url
  return lengthOf(url) > limits.urlLengthMax ? laterTexts().problems.tooLong(limits.urlLengthMax) : undefined
}

function problemOfLine(text: string, lengthMax: number): string | undefined {
  if (!hasSomethingVisible(text)) return laterTexts().problems.nameEmpty
  if (lengthOf(text) > lengthMax) return laterTexts().problems.tooLong(lengthMax)
  if (!isCleanLine(text) || !isWithoutInvisible(text)) return laterTexts().problems.invisible
  return undefined
}
