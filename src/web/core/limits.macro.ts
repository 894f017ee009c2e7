/** Run while the page is built: it keeps to a few numbers, and does without the sentences that explain them all. */
import { limits } from "../../contract/limits.ts"

export function numbersOfPage() {
  const { contentLengthMax, usernameLengthMax, nameLengthMax, urlLengthMax, topicLengthMax } = limits
  const { membersLengthMax, crowdedAbove, typingSilenceMs } = limits
  return {
    contentLengthMax,
    usernameLengthMax,
    nameLengthMax,
    urlLengthMax,
    topicLengthMax,
    membersLengthMax,
    crowdedAbove,
    typingSilenceMs,
  }
}

export function numbersOfLaterParts() {
  const { altLengthMax, filesPerMessageMax, mentionsMax, mentionsRoomMembersMax, messageRate } = limits
  const { loginLengthMax, passwordLengthMin, passwordLengthMax } = limits
  return {
    altLengthMax,
    filesPerMessageMax,
    mentionsMax,
    mentionsRoomMembersMax,
    messageRate,
    loginLengthMax,
    passwordLengthMin,
    passwordLengthMax,
  }
}
