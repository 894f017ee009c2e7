/**
 * All that the chat holds of one person, a step at a time: the next is read once the one before was taken. A step may
 * find nothing, and whoever takes it may end it there.
 */
import { ChatError } from "../contract/errors.ts"
import type { OwnThing } from "../contract/own-data.ts"
import type { UserId } from "../contract/values.ts"
import { type OwnDataFound, ownParts } from "./rules/found.ts"
import type { Command, Kind, Outcomes } from "./rules/rules.ts"
import type { ChatStore } from "./store.ts"

type Store = Pick<ChatStore, "submit">

/** Throws a ChatError. */
export async function* ownThings(store: Store, userId: UserId): AsyncGenerator<readonly OwnThing[]> {
  const { username, avatar } = await ask(store, { kind: "getUser", userId, targetId: userId, isShared: false })
  yield [{ kind: "profile", userId, username, avatar }]
  for (const part of ownParts) {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const { things, next }: OwnDataFound = await ask(store, { kind: "ownData", part, userId, after })
      yield things
      after = next
    }
  }
}

function ask<K extends Kind>(store: Store, command: Command & { readonly kind: K }): Promise<Outcomes[K]> {
  return new Promise((resolve, reject) => {
    store.submit(command, (outcome) =>
      outcome instanceof ChatError ? reject(outcome) : resolve(outcome as Outcomes[K]),
    )
  })
}
