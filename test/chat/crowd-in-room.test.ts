import { expect, test } from "bun:test"
import { Chat } from "../../src/chat/chat.ts"
import type { Effect, Outcome } from "../../src/chat/effects.ts"
import { Session } from "../../src/chat/session.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { ClientEvent, Request } from "../../src/contract/events.ts"
import { limits } from "../../src/contract/limits.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"

test("[JOIN8] coming and going is told one by one up to 500, and by the number alone above", async () => {
  const store = new MemoryStore({ pendingMax: 10_000, onFailure: console.error })
  const chat = new Chat({ store, newRoomId, newMessageId, listsRooms: true, listsUsers: true })
  const handle = <E extends ClientEvent>(event: E, session: Session, request: Request<E>) =>
    new Promise<Outcome<E>>((resolve, reject) => {
      const asked = { session, request, isAcknowledged: true, at: 0, nowMs: 0, quota: undefined }
      chat.handle(event, asked, (result) =>
        result instanceof ChatError ? reject(result) : resolve(result as Outcome<E>),
      )
    })
  const founder = new Session("founder")
  const fair = { name: "Fair", userId: user("founder"), visibility: "public", topic: "", requestId: undefined } as const
  const created = await handle("create_room", founder, fair)
  const roomId = created.answer.room.id as ReturnType<typeof newRoomId>
  const join = async (session: Session, name: string) => {
    const request = { roomId, userId: user(name), username: name, since: undefined, epoch: undefined }
    return (await handle("join_room", session, { ...request, avatar: undefined })).effects
  }

  const sessions = Array.from({ length: limits.crowdedAbove + 1 }, (_, i) => new Session(`session ${i}`))
  const told = await Promise.all(sessions.map((session, i) => join(session, `user ${i}`)))
  expect(told.map(eventsOf).filter((events) => events.includes("user_joined"))).toHaveLength(limits.crowdedAbove)
  expect(eventsOf(told.at(-1) ?? [])).toEqual(["history"])
  expect(chat.tick(0)).toMatchObject([
    { audience: { kind: "room", roomId }, event: "room_presence", args: [{ roomId, memberCount: 501 }] },
  ])

  const [first, second] = sessions
  expect(eventsOf(chat.disconnect(first!))).toEqual([])
  expect(eventsOf(chat.disconnect(second!))).toEqual(["user_left"])
  expect(chat.tick(limits.crowdIntervalMs - 1)).toEqual([])
  expect(chat.tick(limits.crowdIntervalMs)).toMatchObject([{ event: "room_presence", args: [{ memberCount: 499 }] }])
  await store.close()
})

const eventsOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === "tell" ? effect.event : []))
