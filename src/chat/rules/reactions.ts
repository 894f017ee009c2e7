/** The reactions of a message, as they are told: how many, and the first who came. */
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { UserId } from "../../contract/values.ts"
import { unclearTo } from "./message-view.ts"
import type { MessageRecord, Reaction, ReactionKey, WorkingSet } from "./working-set.ts"

/** Whether the user has reacted with it. Nothing is looked up where the message names everybody who did. */
export function isOn(set: WorkingSet, message: MessageRecord, key: ReactionKey): boolean {
  const known = message.extra?.reactions?.find(({ emoji }) => emoji === key.emoji)
  if (known === undefined || known.userIds.includes(key.userId)) return known !== undefined
  return known.count > known.userIds.length && set.hasReaction(key)
}

/** The user's reactions on it, where the message does not name everybody. */
export function unnamedOf(set: WorkingSet, { id, extra }: MessageRecord, userId: UserId): string[] {
  return unclearTo(userId, [{ id, reactions: extra?.reactions }])
    .filter((key) => set.hasReaction({ ...key, userId }))
    .map(({ emoji }) => emoji)
}

/** The reactions after one was added or removed. ERR_FORBIDDEN: too many different ones. */
export function reactionsAfter(
  set: WorkingSet,
  message: MessageRecord,
  key: ReactionKey,
  isOn: boolean,
): readonly Reaction[] | ChatError {
  const before = message.extra?.reactions ?? []
  const known = before.find(({ emoji }) => emoji === key.emoji)
  if (known !== undefined) return before.flatMap((one) => (one === known ? after(set, one, key, isOn) : [one]))
  if (before.length >= limits.reactionsMax) return tooMany()
  return [...before, { emoji: key.emoji, count: 1, userIds: [key.userId] }]
}

/** None once the last has gone. */
function after(set: WorkingSet, { emoji, count, userIds }: Reaction, key: ReactionKey, isOn: boolean): Reaction[] {
  const { userId, messageId } = key
  if (isOn) {
    const named = userIds.length < limits.reactorsTold ? [...userIds, userId] : userIds
    return [{ emoji, count: count + 1, userIds: named }]
  }
  if (count === 1) return []
  if (!userIds.includes(userId)) return [{ emoji, count: count - 1, userIds }]
  // The next one takes the free place.
  const named = count > userIds.length ? set.reactors(messageId, emoji) : userIds
  const left = named.filter((one) => one !== userId).slice(0, limits.reactorsTold)
  return [{ emoji, count: count - 1, userIds: left }]
}

function tooMany(): ChatError {
  const message = `A message has at most ${limits.reactionsMax} different reactions.`
  return new ChatError("ERR_FORBIDDEN", { message, details: { field: "emoji" } })
}
