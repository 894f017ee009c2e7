/** Which reactions are one's own: events are the same for everybody, and unsent reactions are shown already. */
import type { PendingChange } from "./pending.ts"
import type { Message, Reaction } from "./wire.ts"

export interface Done {
  readonly change: PendingChange["change"]
  readonly userId: string
  readonly emoji?: string | undefined
  readonly isOn?: boolean | undefined
}

/**
 * A message after a change, with one's own reactions marked. A reaction names its first users; for others it is known
 * from before, and from what was done here.
 */
export function withMine(
  message: Message,
  { known, change, userId }: { known: Message | undefined; change: Done; userId: string },
): Message {
  if (message.reactions === undefined) return message
  const isMine = ({ emoji, count, userIds, ...reaction }: Reaction): boolean => {
    if (change.change === "react" && change.userId === userId && change.emoji === emoji) return change.isOn === true
    if (reaction.isMine || userIds.some((id) => id === userId)) return true
    return count > userIds.length && known?.reactions?.some((old) => old.emoji === emoji && old.isMine) === true
  }
  return { ...message, reactions: message.reactions.map((reaction) => marked(reaction, isMine(reaction))) }
}

/** As they will be once everything is sent. */
export function reactionsAfter(
  reactions: readonly Reaction[],
  changes: readonly PendingChange[],
  userId: string,
): readonly Reaction[] {
  let after = reactions
  for (const change of changes) {
    if (change.change === "react" && change.refusal === undefined) after = toggled(after, change, userId)
  }
  return after
}

function toggled(
  reactions: readonly Reaction[],
  { emoji, isOn }: { readonly emoji: string; readonly isOn: boolean },
  userId: string,
): readonly Reaction[] {
  const at = reactions.findIndex((reaction) => reaction.emoji === emoji)
  const known = reactions[at]
  if ((known?.isMine === true) === isOn) return reactions
  if (known === undefined)
    return [...reactions, marked({ emoji, count: 1, userIds: [userId] as Reaction["userIds"] }, true)]
  const others = known.userIds.filter((id) => id !== userId)
  const userIds = (isOn ? [...others, userId] : others) as Reaction["userIds"]
  const changed = marked({ ...known, count: known.count + (isOn ? 1 : -1), userIds }, isOn)
  return changed.count > 0 ? reactions.with(at, changed) : reactions.filter((reaction) => reaction !== known)
}

function marked({ isMine: _, ...reaction }: Reaction, isMine: boolean): Reaction {
  return isMine ? { ...reaction, isMine } : reaction
}
