/** Run while the page is built: it keeps to a few numbers, and does without the sentences that explain them all. */
import { limits } from "../../contract/limits.ts"

export function numbersOfPage() {
  const { contentLengthMax, usernameLengthMax, nameLengthMax, urlLengthMax } = limits
  const { membersLengthMax, crowdedAbove, typingSilenceMs, messageRate } = limits
  const { altLengthMax, filesPerMessageMax, topicLengthMax, mentionsMax, mentionsRoomMembersMax } = limits
  const { loginLengthMax, passwordLengthMin, passwordLengthMax } = limits
  return {
    contentLengthMax,
    usernameLengthMax,
    nameLengthMax,
    urlLengthMax,
    membersLengthMax,
    crowdedAbove,
    typingSilenceMs,
    altLengthMax,
    topicLengthMax,
    mentionsMax,
    mentionsRoomMembersMax,
    filesPerMessageMax,
    messageRate,
    loginLengthMax,
    passwordLengthMin,
    passwordLengthMax,
  }
}
