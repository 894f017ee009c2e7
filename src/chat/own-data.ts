/**
 * All that the chat holds of one person, step by step: the next step is read once the one before was taken. A step may
 * find nothing; the caller may stop at any step.
 */
import type { OwnThing } from "../contract/own-data.ts"
import type { UserId } from "../contract/values.ts"
import { type OwnDataFound, ownParts } from "./rules/found.ts"
import { type ChatStore, outcomeOf } from "./store.ts"

/** Throws a ChatError. */
export async function* ownThings(
  store: Pick<ChatStore, "submit">,
  userId: UserId,
): AsyncGenerator<readonly OwnThing[]> {
  const { username, avatar } = await outcomeOf(store, { kind: "getUser", userId, targetId: userId, isShared: false })
  yield [{ kind: "profile", userId, username, avatar }]
  for (const part of ownParts) {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const { things, next }: OwnDataFound = await outcomeOf(store, { kind: "ownData", part, userId, after })
      yield things
      after = next
    }
  }
}
