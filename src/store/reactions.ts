/** The reactions that a batch has changed and not yet written, over what is stored. */
import type { MessageRecord, ReactionKey, UserRecord } from "../chat/rules/working-set.ts"
import { limits } from "../contract/limits.ts"
import type { MessageId, UserId } from "../contract/values.ts"
import { batchMax } from "./group-commit.ts"

/** A reaction that was put on or taken away, and the state of the message that this made. */
export interface ReactionChange extends ReactionKey {
  readonly message: MessageRecord
  readonly user: UserRecord
  readonly isOn: boolean
}

/** Users that are loaded with an emoji: one batch may take away any of the first, and the next ones are named then. */
export const reactorsLoaded = limits.reactorsTold + batchMax

export class ReactionChanges {
  /** In the order they were made. */
  readonly all: ReactionChange[] = []

  add(change: ReactionChange): void {
    this.all.push(change)
  }

  /** Whether it is on; `undefined` where this batch has not changed it. */
  has({ messageId, userId, emoji }: ReactionKey): boolean | undefined {
    return this.#of(messageId, emoji).findLast((one) => one.userId === userId)?.isOn
  }

  /** To those who are stored, in the order they came. */
  applyTo(messageId: MessageId, emoji: string, stored: readonly UserId[]): UserId[] {
    const users = new Set(stored)
    for (const { userId, isOn } of this.#of(messageId, emoji)) isOn ? users.add(userId) : users.delete(userId)
    return [...users]
  }

  #of(messageId: MessageId, emoji: string): ReactionChange[] {
    return this.all.filter((one) => one.messageId === messageId && one.emoji === emoji)
  }
}
