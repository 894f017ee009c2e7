/** What people hear of their rooms, whatever rooms their sockets are in. */
import { expect, test } from "bun:test"
import fc from "fast-check"
import type { Effect } from "../../src/chat/effects.ts"
import { noNeighbours } from "../../src/chat/neighbours.ts"
import type { ClientEvent } from "../../src/contract/events.ts"
import { limits } from "../../src/contract/limits.ts"
import type { MyRoom, RoomState } from "../../src/contract/my-rooms.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { newMessageId, user } from "../support/ids.ts"
import { Conversation, known, payloads, told } from "./conversation.ts"

/** Ann talks in a room of which Bob is a member; he hears of it without being in it. */
async function listening() {
  const talk = new Conversation()
  const [ann, bob] = [known("ann"), known("bob")]
  const roomId = await talk.newRoom(ann, { userId: "ann" })
  await talk.join(ann, roomId, "ann")
  await talk.join(bob, roomId, "bob")
  await talk.ask("leave_room", bob, { roomId })
  await talk.ask("my_rooms", bob)
  const say = async (nowMs: number, payload: object = {}, session = ann) =>
    (await talk.ask("send_message", session, { roomId, content: "hi", ...payload }, { nowMs })).effects
  return { talk, roomId, ann, bob, say }
}

/** What is told of rooms that are not joined. */
function activity(effects: readonly Effect[]): RoomState[] {
  return effects.flatMap((effect) =>
    effect.kind === "tell" && effect.event === "room_activity" ? [effect.args[0] as RoomState] : [],
  )
}

/** What the store has to be asked for first is told with the tick after its answer. */
async function ticked(talk: Conversation, nowMs: number): Promise<Effect[]> {
  const effects = talk.chat.tick(nowMs)
  await talk.settled()
  return [...effects, ...talk.chat.tick(nowMs)]
}

test("[PERS1] the first message is told at once, to the sockets that are not in the room", async () => {
  const { talk, roomId, bob, say } = await listening()
  const effects = await say(5_000)
  expect(told(effects)).toEqual(["message_received to the room", "room_activity to bob"])
  const lastMessage = { userId: user("ann"), username: "ann", excerpt: "hi" }
  const lastMessageAt = "1970-01-01T00:00:00.000Z"
  expect(activity(effects)).toEqual([
    { roomId, rev: 1, readSeq: 0, unread: 1, mentions: 0, lastMessage, lastMessageAt },
  ])
  await talk.join(bob, roomId, "bob")
  expect(told(await say(9_000))).toEqual(["message_received to the room"])
})

test("[PERS1] what comes within a second is told together, and the last that comes is true", async () => {
  const { talk, say } = await listening()
  expect(activity(await say(5_000))).toHaveLength(1)
  for (const nowMs of [5_100, 5_500, 5_999]) expect(activity(await say(nowMs))).toEqual([])
  expect(activity(talk.chat.tick(5_999))).toEqual([])
  expect(activity(talk.chat.tick(6_000))).toMatchObject([{ rev: 4, unread: 4 }])
  expect(activity(talk.chat.tick(9_000))).toEqual([])
  expect(activity(await say(9_000))).toMatchObject([{ rev: 5, unread: 5 }])
})

/** So many rooms of which Bob hears, and in which Ann talks. */
async function hearingOf(count: number) {
  const { talk, ann, bob } = await listening()
  const rooms: RoomId[] = []
  for (let n = 0; n < count; n++) {
    const roomId = await talk.newRoom(ann, { userId: "ann" })
    await talk.join(ann, roomId, "ann")
    await talk.ask("add_member", ann, { roomId, targetId: "bob" })
    rooms.push(roomId)
  }
  await talk.ask("my_rooms", bob)
  const heard = (effects: readonly Effect[]) => activity(effects).map((state) => rooms.indexOf(state.roomId as RoomId))
  const say = async (room: number, nowMs: number) => {
    const payload = { roomId: rooms[room], content: "hi" }
    return heard((await talk.ask("send_message", ann, payload, { nowMs })).effects)
  }
  return { talk, rooms, bob, say, tick: (nowMs: number) => heard(talk.chat.tick(nowMs)) }
}

test("[PERS1] what changes in several rooms within a second of the last is told together", async () => {
  const { say, tick } = await hearingOf(3)
  expect(await say(0, 5_000)).toEqual([0])
  expect([await say(1, 5_100), await say(0, 5_500), await say(1, 5_900), tick(5_999)]).toEqual([[], [], [], []])
  expect(tick(6_000)).toEqual([1, 0])
  expect([await say(0, 6_100), tick(6_750)]).toEqual([[], []])
  // Whatever is told takes along what has waited as long.
  expect(await say(2, 7_000)).toEqual([0, 2])
  expect([tick(8_000), await say(1, 8_000)]).toEqual([[], [1]])
})

test("[PERS1] a socket hears of twenty rooms in a second, and of the others later", async () => {
  const { rooms, say, tick } = await hearingOf(2 * limits.activityPerSecondMax)
  const first = []
  for (const room of rooms.keys()) first.push(...(await say(room, 5_000)))
  expect([first, tick(5_999)]).toEqual([[0], []])
  const others = [...rooms.keys()].slice(1)
  expect(tick(6_000)).toEqual(others.slice(0, limits.activityPerSecondMax))
  expect(tick(6_999)).toEqual([])
  expect(tick(7_000)).toEqual(others.slice(limits.activityPerSecondMax))
  expect(tick(9_000)).toEqual([])
})

test("[PERS1] the more people hear, the longer is what is told together", async () => {
  const { talk, say, tick } = await hearingOf(2)
  const { activityPeoplePerSecond } = limits
  const hearing = async (count: number) => {
    for (let n = 1; n < count; n++) await talk.ask("my_rooms", known(`${count} ${n}`))
  }
  await hearing(2 * activityPeoplePerSecond)
  expect([await say(0, 5_000), await say(1, 5_100), tick(6_999), tick(7_000)]).toEqual([[0], [], [], [1]])
  await hearing(10 * activityPeoplePerSecond)
  expect([await say(0, 10_999), await say(1, 11_000)]).toEqual([[], [0, 1]])
})

test("[PERS1] each of a user's sockets hears of the rooms that it has not joined, in a row", async () => {
  const { talk, rooms, say } = await hearingOf(3)
  const phone = known("bob", "phone")
  await talk.ask("my_rooms", phone)
  await talk.join(phone, rooms[1] as RoomId, "bob")
  await say(0, 5_000)
  for (const room of [0, 1, 2]) await say(room, 5_500)
  const effects = talk.chat.tick(6_000)
  expect(told(effects)).toEqual([...Array(3).fill("room_activity to bob"), ...Array(2).fill("room_activity to phone")])
  expect(activity(effects).map(({ roomId }) => rooms.indexOf(roomId as RoomId))).toEqual([0, 1, 2, 0, 2])
})

test("[PERS1] [READ2] mentions are told, and what is deleted or edited as the store then counts it", async () => {
  const { talk, roomId, ann, say } = await listening()
  const ids = Array.from({ length: 3 }, newMessageId)
  await say(5_000, { id: ids[0] })
  await say(5_000, { id: ids[1], mentions: ["bob"] })
  await say(5_000, { id: ids[2], content: "last" })
  expect(activity(talk.chat.tick(6_000))).toMatchObject([{ unread: 3, mentions: 1, lastMessage: { excerpt: "last" } }])
  await talk.ask("delete_message", ann, { roomId, id: ids[2] }, { nowMs: 7_500 })
  expect(activity(await ticked(talk, 8_000))).toMatchObject([
    { rev: 4, unread: 2, mentions: 1, lastMessage: { excerpt: "hi" } },
  ])
  await talk.ask("edit_message", ann, { roomId, id: ids[1], content: "hello", mentions: [] }, { nowMs: 9_500 })
  expect(activity(await ticked(talk, 10_000))).toMatchObject([
    { rev: 5, unread: 2, mentions: 0, lastMessage: { excerpt: "hello" } },
  ])
  const reacted = await talk.ask("react", ann, { roomId, id: ids[0], emoji: "👍", isOn: true }, { nowMs: 20_000 })
  expect([activity(reacted.effects), activity(await ticked(talk, 30_000))]).toEqual([[], []])
})

test("[READ1] [PERS1] whoever writes has read it all, on every device", async () => {
  const { talk, roomId, bob, say } = await listening()
  await say(5_000)
  const phone = known("bob", "phone")
  await talk.join(phone, roomId, "bob")
  expect(activity(await say(9_000, {}, phone))).toMatchObject([{ rev: 2, readSeq: 2, unread: 0 }])
  await talk.ask("leave_room", phone, { roomId })
  await say(12_000)
  await talk.ask("mark_read", bob, { roomId, seq: 3 })
  expect(activity(await say(20_000))).toMatchObject([{ rev: 4, readSeq: 3, unread: 1 }])
})

test("[PERS1] a room that becomes one's own is told, once, and so is what one is there", async () => {
  const { talk, ann, bob } = await listening()
  const roomId = await talk.newRoom(ann, { userId: "ann", name: "Secret", visibility: "private" })
  const twice = async (event: ClientEvent, payload: object) => {
    const asked = [await talk.ask(event, ann, payload), await talk.ask(event, ann, payload)]
    return [...asked.flatMap(({ effects }) => effects), ...(await ticked(talk, 0))]
  }
  const added = await twice("add_member", { roomId, targetId: "bob" })
  expect(told(added)).toEqual(["room_added to the user"])
  expect(payloads(added)).toMatchObject([
    { id: roomId, name: "Secret", visibility: "private", role: "member", unread: 0 },
  ])
  const changed = await twice("set_role", { roomId, targetId: "bob", role: "moderator" })
  expect(told(changed)).toEqual(["membership_updated to the user"])
  expect(payloads(changed)).toEqual([{ roomId, role: "moderator", notify: "mentions" }])
  const renamed = await twice("update_room", { roomId, name: "Open secret" })
  expect(told(renamed)).toEqual(["room_updated to the user"])
  expect(payloads(renamed)).toMatchObject([{ id: roomId, name: "Open secret" }])
  await talk.ask("create_room", bob, { name: "Mine" })
  expect(told(await ticked(talk, 0))).toEqual(["room_added to the user"])
})

test("[MEM5] [PERS1] whoever was removed hears so, and nothing of the room from then on", async () => {
  const { talk, roomId, ann, say } = await listening()
  const removed = await talk.ask("remove_member", ann, { roomId, targetId: "bob" })
  expect(told(removed.effects)).toEqual(["room_removed to the user"])
  expect(payloads(removed.effects)).toEqual([{ roomId, reason: "removed" }])
  expect(activity(await say(5_000))).toEqual([])
  expect(await ticked(talk, 9_000)).toEqual([])
  expect((await talk.ask("remove_member", ann, { roomId, targetId: "bob" })).effects).toEqual([])
})

test("[ROOM5] [PERS1] a room that was deleted, or left for good, is told as gone", async () => {
  const { talk, roomId, ann, bob } = await listening()
  const other = await talk.newRoom(bob, { userId: "bob" })
  await ticked(talk, 0)
  const left = await talk.ask("leave_room", bob, { roomId: other, forGood: true })
  expect(payloads(left.effects)).toEqual([{ roomId: other, reason: "left" }])
  const deleted = await talk.ask("delete_room", ann, { roomId })
  expect(told(deleted.effects)).toContain("room_removed to the user")
  expect(payloads(deleted.effects)).toContainEqual({ roomId, reason: "deleted" })
})

test("[ROOM6] [PERS1] a direct room that was put away comes back with its next message, and is told as one's own again", async () => {
  const { talk, ann, bob } = await listening()
  const { room } = (await talk.ask("open_direct", ann, { targetIds: ["bob"] })).answer
  const roomId = room.id as RoomId
  await talk.join(ann, roomId, "ann")
  await ticked(talk, 0)
  const away = await talk.ask("leave_room", bob, { roomId, forGood: true })
  expect(payloads(away.effects)).toEqual([{ roomId, reason: "left" }])
  const say = (content: string, nowMs: number) =>
    talk.ask("send_message", ann, { roomId, content }, { nowMs }).then(({ effects }) => effects)
  expect(told(await say("hello again", 1_000))).toEqual(["message_received to the room"])
  const back = await ticked(talk, 1_000)
  expect(told(back)).toEqual(["room_added to the user"])
  const { answer } = await talk.ask("my_rooms", bob)
  expect(payloads(back)).toEqual(answer.rooms.filter(({ id }) => id === roomId))
  expect(payloads(back)).toMatchObject([
    { unread: 1, lastMessage: { excerpt: "hello again" }, peers: [{ userId: "ann" }] },
  ])
  expect(activity(await say("and more", 3_000))).toMatchObject([{ roomId, rev: 2, unread: 2 }])
})

test("[NODE1] [MEM5] what another server did is found in the store, which also says who is no member any more", async () => {
  const entered = { ...noNeighbours }
  const talk = new Conversation({ neighbours: entered })
  const [ann, bob, cleo] = [known("ann"), known("bob"), known("cleo")]
  const roomId = await talk.newRoom(ann, { userId: "ann" })
  for (const session of [ann, bob, cleo]) await talk.join(session, roomId, `${session.said.username}`)
  for (const session of [bob, cleo]) {
    await talk.ask("leave_room", session, { roomId })
    await talk.ask("my_rooms", session)
  }
  expect(talk.chat.watchedRooms()).toEqual([roomId])
  const send = {
    kind: "send",
    roomId,
    userId: user("ann"),
    chosen: false,
    type: "text",
    content: "elsewhere",
    at: 0,
  } as const
  await talk.stored({ ...send, id: newMessageId() })
  const acting = { roomId, userId: user("ann"), isAdmin: false, targetId: user("cleo") }
  await talk.stored({ kind: "removeMember", ...acting, ban: false, at: 0 })
  talk.chat.knowsHeads(new Map([[roomId, 1]]))
  const effects = [...(await ticked(talk, 2_000)), ...(await ticked(talk, 4_000))]
  expect(told(effects).toSorted()).toEqual(["room_activity to bob", "room_removed to the user"])
  expect(payloads(effects)).toContainEqual({ roomId, reason: "removed" })
  expect(activity(effects)).toMatchObject([{ rev: 1, unread: 1, lastMessage: { excerpt: "elsewhere" } }])
  talk.chat.knowsHeads(new Map([[roomId, 1]]))
  expect(await ticked(talk, 6_000)).toEqual([])
})

test("[NODE1] [PERS1] the store is asked once for all who wait to hear of a room, and not again before it has changed", async () => {
  const talk = new Conversation({ neighbours: { ...noNeighbours } })
  const [ann, bob, cleo] = [known("ann"), known("bob"), known("cleo")]
  const roomId = await talk.newRoom(ann, { userId: "ann" })
  const other = await talk.newRoom(ann, { userId: "ann" })
  for (const session of [ann, bob, cleo]) await talk.join(session, roomId, `${session.said.username}`)
  for (const session of [ann, bob]) await talk.join(session, other, `${session.said.username}`)
  await talk.ask("leave_room", bob, { roomId: other })
  for (const session of [bob, cleo]) {
    await talk.ask("leave_room", session, { roomId })
    await talk.ask("my_rooms", session)
  }
  const say = async (where: RoomId, nowMs: number) => {
    await talk.ask("send_message", ann, { roomId: where, content: "hi" }, { nowMs })
    return told(await ticked(talk, nowMs))
  }
  expect(await say(other, 5_000)).toEqual(["room_activity to bob"])
  // Cleo hears at once; Bob, who is asked for too, in time.
  expect(await say(roomId, 5_500)).toEqual(["room_activity to cleo"])
  expect(told(await ticked(talk, 6_000))).toEqual(["room_activity to bob"])
  const asked = talk.asked.flatMap((command) =>
    command.kind === "standings" ? [command.readers.map(({ userId }) => userId)] : [],
  )
  expect(asked).toEqual([[user("bob")], [user("bob"), user("cleo")]])
})

/** WARREN_SEQUENCES asks for more. */
const sequences = Number(process.env["WARREN_SEQUENCES"] ?? 300)
/** On a machine that does much else. */
const timeoutMs = 60_000 + sequences * 100

type Step =
  | readonly ["send", 0 | 1 | 2, number]
  | readonly ["read", 1 | 2, number]
  | readonly ["edit" | "delete", number, number]
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant("send" as const), fc.constantFrom(0 as const, 1 as const, 2 as const), fc.nat(7)),
  fc.tuple(fc.constant("read" as const), fc.constantFrom(1 as const, 2 as const), fc.nat(30)),
  fc.tuple(fc.constantFrom("edit" as const, "delete" as const), fc.nat(30), fc.nat(7)),
)

test(
  "[READ2] [PERS1] what is counted, and the last that is told, are what a naive count finds, whatever two devices do",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { talk, roomId, ann, bob } = await listening()
        const desk = known("bob", "desk")
        await talk.join(desk, roomId, "bob")
        await talk.ask("my_rooms", desk)
        const model: { seq: number; by: string; mentions: boolean; gone: boolean; id: string }[] = []
        let [readSeq, rev, nowMs] = [0, 0, 0]
        let last: RoomState | undefined
        const hear = (effects: readonly Effect[]) => {
          for (const effect of effects) {
            const isState = effect.kind === "tell" && /^(room_activity|read_updated)$/.test(effect.event)
            if (isState) last = effect.args[0] as RoomState
          }
        }
        for (const [what, one, n] of steps) {
          nowMs += 300
          const mentions = n % 3 === 0 ? ["bob"] : []
          if (what === "send") {
            const id = newMessageId()
            const session = one === 0 ? ann : desk
            hear(
              (await talk.ask("send_message", session, { roomId, id, content: `${n}`, mentions }, { nowMs })).effects,
            )
            model.push({ seq: ++rev, by: one === 0 ? "ann" : "bob", mentions: n % 3 === 0, gone: false, id })
            if (one !== 0) readSeq = rev
          } else if (what === "read") {
            hear((await talk.ask("mark_read", one === 1 ? bob : desk, { roomId, seq: n }, { nowMs })).effects)
            readSeq = Math.max(readSeq, Math.min(n, rev))
          } else {
            const message = model[one % Math.max(1, model.length)]
            if (message === undefined || message.gone) continue
            const session = message.by === "ann" ? ann : desk
            const edit = { content: `edited ${n} ${rev}`, mentions }
            const request = { roomId, id: message.id, ...(what === "edit" ? edit : {}) }
            hear(
              (await talk.ask(what === "edit" ? "edit_message" : "delete_message", session, request, { nowMs }))
                .effects,
            )
            rev++
            if (what === "delete") message.gone = true
            else message.mentions = n % 3 === 0
          }
          if (n % 4 === 0) hear(await ticked(talk, nowMs))
        }
        const unread = model.filter(({ seq, by, gone }) => seq > readSeq && by === "ann" && !gone)
        const naive = { rev, readSeq, unread: unread.length, mentions: unread.filter((one) => one.mentions).length }
        const [mine] = (await talk.ask("my_rooms", bob)).answer.rooms as MyRoom[]
        expect(mine).toMatchObject(naive)
        for (const round of [1, 2, 3]) hear(await ticked(talk, nowMs + round * 2_000))
        const { lastMessage } = mine ?? {}
        if (rev > 0) expect(last).toMatchObject({ ...naive, lastMessage })
      }),
      { numRuns: sequences },
    )
  },
  timeoutMs,
)

test("[PERS1] what concerns somebody is told in the order in which it happened, however soon it follows", async () => {
  const { talk, ann, bob } = await listening()
  const rooms = [await talk.newRoom(ann, { userId: "ann" }), await talk.newRoom(ann, { userId: "ann" })]
  const [roomId, other] = rooms
  for (const one of rooms) await talk.join(ann, one, "ann")
  const effects: Effect[] = []
  const act = async (event: ClientEvent, payload: object) =>
    effects.push(...(await talk.ask(event, ann, payload, { nowMs: 5_000 })).effects)
  await act("add_member", { roomId, targetId: "bob" })
  await act("send_message", { roomId, content: "hi" })
  await act("update_room", { roomId, name: "Shed" })
  await act("add_member", { roomId: other, targetId: "bob" })
  await act("remove_member", { roomId: other, targetId: "bob" })
  effects.push(...talk.chat.tick(5_000))
  const heard = effects.flatMap((effect) => {
    if (effect.kind !== "tell") return []
    const { audience, event } = effect
    if (audience.kind === "user") return audience.userId === user("bob") ? [event] : []
    return audience.kind === "session" && audience.sessionId === bob.id ? [event] : []
  })
  expect(heard).toEqual(["room_added", "room_activity", "room_updated", "room_added", "room_removed"])
})

test("[ROOM6] [ACC5] nobody new is led into a direct room", async () => {
  const { talk, ann } = await listening()
  const { room } = (await talk.ask("open_direct", ann, { targetIds: ["bob"] })).answer
  const roomId = room.id as RoomId
  const eve = { userId: user("eve"), username: "Eve", roomIds: [roomId], at: 0 }
  expect(await new Promise((resolve) => talk.chat.welcome(eve, resolve))).toBeUndefined()
  const { members } = (await talk.ask("list_members", ann, { roomId })).answer
  expect(members.map(({ userId }) => userId)).toEqual([user("ann"), user("bob")])
})
