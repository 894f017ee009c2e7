/** Runs while the page is built, so the page contains a few numbers and not the sentences that explain all of them. */
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
