/** Reactions that a batch has changed and not yet written, on top of what is stored. */
import type { MessageRecord, ReactionKey, UserRecord } from "../chat/rules/working-set.ts"
import { limits } from "../contract/limits.ts"
import type { MessageId, UserId } from "../contract/values.ts"
import { batchMax } from "./group-commit.ts"

/** A reaction that was added or removed, and the resulting state of the message. */
export interface ReactionChange extends ReactionKey {
  readonly message: MessageRecord
  readonly user: UserRecord
  readonly isOn: boolean
}

/** Users that are loaded for an emoji: a batch may remove any of the first ones, and the next are named then. */
export const reactorsLoaded = limits.reactorsTold + batchMax

export class ReactionChanges {
  /** In the order they were made. */
  readonly all: ReactionChange[] = []

  add(change: ReactionChange): void {
    this.all.push(change)
  }

  /** Whether it is on; `undefined` if this batch has not changed it. */
  has({ messageId, userId, emoji }: ReactionKey): boolean | undefined {
    return this.#of(messageId, emoji).findLast((one) => one.userId === userId)?.isOn
  }

  /** Applies the changes to the stored users, in the order they came. */
  applyTo(messageId: MessageId, emoji: string, stored: readonly UserId[]): UserId[] {
    const users = new Set(stored)
    for (const { userId, isOn } of this.#of(messageId, emoji)) isOn ? users.add(userId) : users.delete(userId)
    return [...users]
  }

  #of(messageId: MessageId, emoji: string): ReactionChange[] {
    return this.all.filter((one) => one.messageId === messageId && one.emoji === emoji)
  }
}
