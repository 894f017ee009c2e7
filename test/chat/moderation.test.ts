/** Removing, banning and deleting, as clients ask for them and hear of them. */
import { expect, test } from "bun:test"
import { Session } from "../../src/chat/session.ts"
import type { ClientEvent } from "../../src/contract/events.ts"
import { clientEvents } from "../../src/contract/events.ts"
import { aboutRooms } from "../support/about-rooms.ts"
import { newRoomId, user } from "../support/ids.ts"
import { Conversation, known, payloads, told } from "./conversation.ts"

async function team() {
  const talk = new Conversation()
  const [ann, phone, laptop, cleo] = [known("ann"), known("bob", "phone"), known("bob", "laptop"), known("cleo")]
  const roomId = await talk.newRoom(ann, { userId: "ann", visibility: "unlisted" })
  for (const session of [ann, phone, laptop, cleo]) await talk.join(session, roomId, session.username!)
  return { talk, ann, phone, laptop, cleo, roomId }
}

test("[MEM4] whoever is removed is put out on each device, and they and the others hear so, once", async () => {
  const { talk, ann, phone, laptop, roomId } = await team()
  await talk.ask("typing", phone, { roomId, userId: "bob", isTyping: true })
  const removing = { roomId, userId: "ann", targetId: "bob" }
  const { effects, answer } = await talk.ask("remove_member", ann, removing)
  expect(answer).toEqual({ ok: true })
  expect(told(effects)).toEqual([
    "user_left to phone",
    "user_typing to the room except phone",
    "user_left to laptop",
    "user_left to the room except laptop",
  ])
  const left = { roomId, userId: user("bob"), reason: "removed" }
  expect(payloads(effects)).toEqual([left, { roomId, userId: user("bob"), isTyping: false }, left, left])
  const exits = effects.flatMap((effect) => (effect.kind === "exit" ? [effect.sessionId as string] : []))
  expect(exits).toEqual(["phone", "laptop"])
  for (const session of [phone, laptop]) {
    for (const event of ["get_history", "get_members"] as const)
      expect(await talk.refused(event, session, { roomId })).toBe("ERR_NOT_IN_ROOM")
    expect(await talk.refused("sync", session, { roomId, since: 0 })).toBe("ERR_NOT_IN_ROOM")
    expect(await talk.refused("list_members", session, { roomId, userId: "bob" })).toBe("ERR_NOT_IN_ROOM")
  }
  expect((await talk.ask("remove_member", ann, removing)).effects).toEqual([])
  expect(talk.chat.disconnect(phone)).toEqual([])
})

test("[MEM4] what was sent before the removal is stored, what is sent behind it is not, whichever device", async () => {
  const { talk, ann, phone, laptop, roomId } = await team()
  const send = (session: Session) =>
    talk.ask("send_message", session, { roomId, userId: "bob", content: "hi" }).then(
      ({ answer }) => answer.message.seq,
      ({ code }) => code as string,
    )
  const outcomes = await Promise.all([
    send(phone),
    talk.ask("remove_member", ann, { roomId, userId: "ann", targetId: "bob" }).then(() => "removed"),
    send(laptop),
  ])
  expect(outcomes).toEqual([1, "removed", "ERR_NOT_IN_ROOM"])
})

test("[MEM4] whoever is removed reads nothing by what they asked meanwhile, whichever page", async () => {
  const pages = [
    ["sync", { since: 0 }],
    ["get_history", {}],
    ["get_history", { after: 0 }],
    ["get_history", { around: 1 }],
  ] as const
  for (const [event, page] of pages) {
    const { talk, ann, phone, roomId } = await team()
    const removed = talk.ask("remove_member", ann, { roomId, userId: "ann", targetId: "bob" })
    const said = talk.ask("send_message", ann, { roomId, userId: "ann", content: "without bob" })
    expect(await talk.refused(event, phone, { roomId, ...page }), event).toBe("ERR_NOT_IN_ROOM")
    await Promise.all([removed, said])
  }
})

test("[ROOM5] deleting a room takes everybody out of it, and joining it meanwhile finds none", async () => {
  const { talk, ann, phone, laptop, cleo, roomId } = await team()
  const late = known("late")
  const [{ effects }, joining] = await Promise.all([
    talk.ask("delete_room", ann, { roomId, userId: "ann" }),
    talk.refused("join_room", late, { roomId, userId: "late", username: "late" }),
  ])
  expect(joining).toBe("ERR_ROOM_NOT_FOUND")
  const heard = told(effects).filter((line) => line.startsWith("user_left to ") && !line.includes("the room"))
  expect(heard).toEqual(["ann", "phone", "laptop", "cleo"].map((device) => `user_left to ${device}`))
  expect(payloads(effects)).toContainEqual({ roomId, userId: user("cleo"), reason: "deleted" })
  for (const session of [ann, phone, laptop, cleo, late]) expect(session.rooms.size).toBe(0)
  expect((await talk.ask("delete_room", ann, { roomId, userId: "ann" })).answer).toEqual({ ok: true })
  expect(await talk.refused("delete_room", cleo, { roomId, userId: "cleo" })).toBe("ERR_NOT_IN_ROOM")
})

test("[ROOM6] a direct room is one for both, with the other as its peer", async () => {
  const { talk, ann, phone } = await team()
  const opened = await Promise.all([
    talk.ask("open_direct", ann, { userId: "ann", targetIds: ["bob", "bob", "ann"] }),
    talk.ask("open_direct", phone, { userId: "bob", targetIds: ["ann"] }),
  ])
  const [first, second] = opened.map(({ answer }) => answer.room)
  expect(first).toEqual({
    id: expect.any(String),
    name: "Direct",
    topic: "",
    visibility: "direct",
    createdAt: expect.any(String),
    role: "member",
    ...{ rev: 0, readSeq: 0, unread: 0, mentions: 0, lastMessage: null, lastMessageAt: null },
    notify: "all",
    peers: [{ userId: user("bob"), username: "bob", avatar: null, isOnline: true }],
  })
  expect([second!.id, second!.peers?.map(({ userId }) => userId)]).toEqual([opened[0].answer.room.id, [user("ann")]])
  const roomId = first!.id
  await talk.join(ann, roomId, "ann")
  await talk.ask("send_message", ann, { roomId, userId: "ann", content: "hello" })
  const again = (await talk.ask("open_direct", phone, { userId: "bob", targetIds: ["ann"] })).answer.room
  expect(again).toMatchObject({ rev: 1, readSeq: 0, unread: 1, lastMessage: { excerpt: "hello" } })
  expect(await talk.refused("open_direct", ann, { userId: "ann", targetIds: ["ann"] })).toBe("ERR_VALIDATION")
  expect(await talk.refused("open_direct", ann, { userId: "ann", targetIds: ["nobody"] })).toBe("ERR_NOT_FOUND")
})

test("[LIM1] [ROOM6] only a direct room that is new counts as one", async () => {
  const { talk, ann } = await team()
  const ends: string[] = []
  const quotaWith = (waitMs: number) => ({
    checkNewRoom: () => {},
    checkRooms: () => {},
    checkMessage: () => {},
    placeForUser: () => ({ waitMs: 0, end: () => {} }),
    placeForDirect: () => ({ waitMs, end: (found: string) => void ends.push(found) }),
  })
  const open = (targetId: string, waitMs: number) =>
    talk.ask("open_direct", ann, { userId: "ann", targetIds: [targetId] }, { quota: quotaWith(waitMs) })
  await open("bob", 0)
  await open("bob", 0)
  await open("bob", 1)
  await expect(open("cleo", 1)).rejects.toMatchObject({ code: "ERR_RATE_LIMITED", details: { retryAfterMs: 1 } })
  expect(ends).toEqual(["new", "known", "known", "refused"])
})

test("[MEM5] every request about a private room is answered as if there were none, to strangers, the banned and the removed", async () => {
  const withRoom = Object.entries(clientEvents).filter(([, { payload }]) => "roomId" in payload.entries)
  expect(new Set(aboutRooms.map(([event]) => event))).toEqual(new Set(withRoom.map(([event]) => event as ClientEvent)))
  const talk = new Conversation()
  const ann = known("ann")
  const roomId = await talk.newRoom(ann, { userId: "ann", visibility: "private" })
  await talk.join(ann, roomId, "ann")
  const content = "canary 7f3a"
  const sent = (await talk.ask("send_message", ann, { roomId, userId: "ann", content })).answer.message
  const other = await talk.newRoom(ann, { userId: "ann" })
  for (const name of ["eve", "removed", "banned"]) {
    const session = known(name)
    await talk.join(session, other, name)
    if (name === "eve") continue
    await talk.ask("add_member", ann, { roomId, userId: "ann", targetId: name })
    await talk.join(session, roomId, name)
    await talk.ask("remove_member", ann, { roomId, userId: "ann", targetId: name, ban: name === "banned" })
  }
  for (const name of ["eve", "removed", "banned", "never seen"]) {
    for (const [event, rest] of aboutRooms) {
      const asked = async (id: string) => {
        const payload = { roomId: id, userId: name, ...rest, ...("id" in rest && { id: sent.id }) }
        const answered = await talk
          .ask(event, known(name), payload)
          .catch(({ code, message, details }) => ({ code, message, details }))
        return JSON.stringify(answered).replaceAll(id, "ROOM")
      }
      const [real, none] = [await asked(roomId), await asked(newRoomId())]
      expect(real, `${event} by ${name}`).toBe(none)
      expect(real).not.toContain("canary")
    }
    const listed = await talk.ask("list_rooms", known(name))
    expect(JSON.stringify(listed)).not.toContain(roomId)
    const taken = { roomId: other, userId: name, content: "x", id: sent.id }
    if (name !== "never seen") {
      const session = known(name)
      await talk.join(session, other, name)
      expect(await talk.refused("send_message", session, taken)).toBe("ERR_CONFLICT")
      expect(await talk.refused("send_message", session, { ...taken, id: undefined, replyTo: sent.id })).toBe(
        "ERR_NOT_FOUND",
      )
    }
  }
})

test("[OPEN1] where nobody is known, all of it is refused, for a creator as for a stranger", async () => {
  const talk = new Conversation()
  const session = new Session("anybody")
  const roomId = await talk.newRoom(session, { userId: "ann" })
  for (const name of ["ann", "bob"]) await talk.join(session, roomId, name)
  const needsKnown: readonly ClientEvent[] = [
    "add_member",
    "set_role",
    "remove_member",
    "unban_member",
    "list_banned",
    "update_room",
    "delete_room",
  ]
  for (const [event, rest] of aboutRooms.filter(([event]) => needsKnown.includes(event)))
    expect(await talk.refused(event, session, { roomId, userId: "ann", ...rest }), event).toBe("ERR_FORBIDDEN")
  expect(await talk.refused("open_direct", session, { userId: "ann", targetIds: ["bob"] })).toBe("ERR_FORBIDDEN")
})

test("[MEM4] an administrator enters a private room by its id, and moderates there as a member", async () => {
  const talk = new Conversation()
  const [ann, root] = [known("ann"), known("root", "root", true)]
  const roomId = await talk.newRoom(ann, { userId: "ann", visibility: "private" })
  await talk.join(ann, roomId, "ann")
  await talk.join(known("bob"), await talk.newRoom(ann, { userId: "ann" }), "bob")
  await talk.ask("add_member", ann, { roomId, userId: "ann", targetId: "bob" })
  const removing = { roomId, userId: "root", targetId: "bob" }
  expect(await talk.refused("remove_member", root, removing)).toBe("ERR_NOT_IN_ROOM")
  expect(told((await talk.join(root, roomId, "root")).effects)).toContain("user_joined to the room except root")
  expect((await talk.ask("remove_member", root, removing)).answer).toEqual({ ok: true })
  expect(await talk.refused("remove_member", root, { ...removing, targetId: "ann" })).toBe("ERR_FORBIDDEN")
})

test("[MEM4] bans are listed in pages", async () => {
  const { talk, ann, roomId } = await team()
  for (const targetId of ["bob", "cleo"])
    await talk.ask("remove_member", ann, { roomId, userId: "ann", targetId, ban: true })
  const first = (await talk.ask("list_banned", ann, { roomId, userId: "ann", limit: 1 })).answer
  expect(first.users).toEqual([{ userId: user("bob"), username: "bob", avatar: null, bannedAt: expect.any(String) }])
  const last = (await talk.ask("list_banned", ann, { roomId, userId: "ann", limit: 1, cursor: first.cursor })).answer
  expect([last.users.map(({ userId }) => userId), last.cursor]).toEqual([[user("cleo")], undefined])
})
