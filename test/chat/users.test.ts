/** Users, as clients find them and hear of them. */
import { expect, test } from "bun:test"
import type { Effect } from "../../src/chat/effects.ts"
import { Session } from "../../src/chat/session.ts"
import { clientEvents } from "../../src/contract/events.ts"
import { user } from "../support/ids.ts"
import { Conversation, payloads, told } from "./conversation.ts"

const known = (name: string, device = name) =>
  new Session(device, { userId: user(name), username: undefined, avatar: undefined })

/** Ann and Bob share a room, Cleo has one of her own; all but Bob hear what concerns them. */
async function people(options = {}) {
  const talk = new Conversation(options)
  const [ann, bob, cleo] = [known("ann"), known("bob"), known("cleo")]
  const roomId = await talk.newRoom(ann, { userId: "ann" })
  await talk.join(ann, roomId, "ann")
  await talk.join(bob, roomId, "bob")
  await talk.join(cleo, await talk.newRoom(cleo, { userId: "cleo" }), "cleo")
  for (const session of [ann, cleo]) await talk.ask("my_rooms", session)
  return { talk, roomId, ann, bob, cleo }
}

test("[USER1] users are listed with whether they are online", async () => {
  const { talk, ann, bob } = await people()
  const names = ["ann", "bob", "cleo"].map((name) => ({ userId: user(name), username: name, avatar: null }))
  const online = names.map((one) => ({ ...one, isOnline: true }))
  expect((await talk.ask("list_users", ann)).answer).toEqual({ ok: true, users: online })
  talk.chat.disconnect(bob)
  expect((await talk.ask("get_user", ann, { targetId: "bob" })).answer.user).toEqual({ ...names[1]!, isOnline: false })
  const page = (await talk.ask("list_users", ann, { limit: 2 })).answer
  expect(page.users).toHaveLength(2)
  const { users, cursor } = (await talk.ask("list_users", ann, { limit: 2, cursor: page.cursor })).answer
  expect([users, cursor]).toEqual([[online[2]!], undefined])
})

test("[USER1] LIST_USERS=off shows only people one shares a room with", async () => {
  const { talk, ann, cleo } = await people({ listsUsers: false })
  const ids = async (session: Session) =>
    (await talk.ask("list_users", session)).answer.users.map(({ userId }) => userId)
  expect([await ids(ann), await ids(cleo)]).toEqual([[user("ann"), user("bob")], [user("cleo")]])
  expect(await talk.refused("get_user", cleo, { targetId: "bob" })).toBe("ERR_NOT_FOUND")
})

test("[USER2] another name is told, once, to people one shares a room with, and so is a join under another", async () => {
  const { talk, roomId, ann, bob } = await people()
  const { effects } = await talk.ask("update_profile", bob, { username: "Bobby" })
  expect(told(effects)).toEqual(["user_updated to the user"])
  expect(effects).toMatchObject([{ audience: { userId: user("ann") } }])
  expect(payloads(effects)).toEqual([{ userId: user("bob"), username: "Bobby", avatar: null }])
  expect((await talk.ask("update_profile", bob, { username: "Bobby" })).effects).toEqual([])
  expect(told((await talk.ask("update_profile", ann, { username: "Anna" })).effects)).toEqual([
    "user_updated to the user",
  ])
  talk.chat.tick(0)
  const later: Effect[] = []
  for (const _ of [1, 2]) later.push(...(await talk.join(bob, roomId, "bob")).effects)
  await talk.settled()
  later.push(...talk.chat.tick(0))
  expect(payloads(later.filter((effect) => effect.kind === "tell" && effect.event === "user_updated"))).toEqual([
    { userId: user("bob"), username: "bob", avatar: null },
  ])
})

test("[USER2] [JOIN1] whoever has another name is here under it from then on, also for those who come later", async () => {
  const { talk, roomId, ann, bob, cleo } = await people()
  await talk.ask("update_profile", bob, { username: "Bobby" })
  const bobby = { userId: user("bob"), username: "Bobby", avatar: null }
  expect((await talk.ask("get_members", ann, { roomId })).answer.members).toContainEqual(bobby)
  expect((await talk.join(cleo, roomId, "cleo")).answer.members).toContainEqual(bobby)
})

test("[USER2] what a token says cannot be changed; where accounts are kept, and elsewhere, it can", async () => {
  const { talk, roomId } = await people()
  const identity = { userId: user("dan"), username: "Dan", avatar: undefined }
  const [token, account] = [new Session("token", identity), new Session("account", { ...identity, keepsProfile: true })]
  await talk.ask("join_room", token, { roomId })
  expect(await talk.refused("update_profile", token, { username: "Danny" })).toBe("ERR_FORBIDDEN")
  expect((await talk.ask("update_profile", token, { avatar: "https://a.example/1.png" })).answer).toEqual({ ok: true })
  expect(await talk.refused("update_profile", account, { userId: "ann", username: "x" })).toBe("ERR_FORBIDDEN")
  expect((await talk.ask("update_profile", account, { username: "Danny" })).answer).toEqual({ ok: true })
  const { user: found } = (await talk.ask("get_user", account, { targetId: "dan" })).answer
  expect(found).toMatchObject({ username: "Danny", avatar: "https://a.example/1.png" })
  expect(clientEvents.update_profile.saysProfile).toBe(true)
})
