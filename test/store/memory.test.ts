import { expect, test } from "bun:test"
import type { RoomRecord, UserRecord } from "../../src/chat/rules/working-set.ts"
import type { Loader } from "../../src/store/batch.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { OnlyNeeded } from "../../src/store/only-needed.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"
import { founder, storeSuite } from "./store-suite.ts"

storeSuite("the store in memory", async () => {
  const store = new MemoryStore({ pendingMax: 1_000, onFailure: console.error })
  return { store, [Symbol.asyncDispose]: () => store.close() }
})

test("what a rule does not say it needs is an exception, and is nothing found by chance", () => {
  const nothing = { member: () => undefined, hasReaction: () => false, reactors: () => [] } as Partial<Loader>
  const batch = new OnlyNeeded("this life", nothing as Loader)
  const [roomId, messageId, other] = [newRoomId(), newMessageId(), newMessageId()]
  const [ann, bob] = [user("ann"), user("bob")]
  const unsaid = (find: () => unknown) => expect(find).toThrow("The rule does not say that it needs this.")

  batch.command = { kind: "react", roomId, userId: ann, id: messageId, emoji: "👍", isOn: true, at: 1 }
  const key = { messageId, userId: ann, emoji: "👍" }
  expect([batch.hasReaction(key), batch.reactors(messageId, "👍")]).toEqual([false, []])
  unsaid(() => batch.hasReaction({ ...key, userId: bob }))
  unsaid(() => batch.hasReaction({ ...key, messageId: other }))
  unsaid(() => batch.reactors(messageId, "🎉"))
  unsaid(() => batch.reactors(other, "👍"))

  const room = { name: "Room", visibility: "unlisted", creator: founder } as const
  batch.command = { kind: "createRoom", id: roomId, ...room, requestId: "once", at: 1 }
  const made = { pk: 1, room: { id: newRoomId() }, onlyOne: `request once ${ann}` } as RoomRecord
  const [me, another] = [ann, bob].map((id) => ({ pk: 1, id }) as UserRecord) as [UserRecord, UserRecord]
  expect(batch.member(made, me)).toBeUndefined()
  unsaid(() => batch.member(made, another))
  unsaid(() => batch.member({ ...made, onlyOne: "another" }, me))
})
