/** Who is online, as people with whom one shares a room hear it. */
import { expect, test } from "bun:test"
import type { Effect } from "../../src/chat/effects.ts"
import { limits } from "../../src/contract/limits.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { user } from "../support/ids.ts"
import { Conversation, known } from "./conversation.ts"

interface Heard {
  readonly by: string
  readonly online: readonly string[]
  readonly offline: readonly string[]
}

function heard(effects: readonly Effect[]): Heard[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "tell" || effect.event !== "presence_updated" || effect.audience.kind !== "user") return []
    const [{ online, offline }] = effect.args as [Omit<Heard, "by">]
    return [{ by: effect.audience.userId, online, offline }]
  })
}

/** What is told until then, by ticks of a tenth of a second. */
async function passing(talk: Conversation, fromMs: number, toMs: number): Promise<Heard[]> {
  const all: Heard[] = []
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 100) {
    all.push(...heard(talk.chat.tick(nowMs)))
    await talk.settled()
  }
  return all
}

/** Ann and Bob share a private room, Cleo has one of her own; Ann and Cleo hear what concerns them. All is told. */
async function people() {
  const talk = new Conversation()
  const [ann, bob, cleo] = [known("ann"), known("bob"), known("cleo")]
  for (const session of [ann, bob, cleo]) await talk.ask("my_rooms", session)
  const roomId = await talk.newRoom(ann, { userId: "ann", visibility: "private" })
  await talk.ask("add_member", ann, { roomId, targetId: "bob" })
  await talk.newRoom(cleo, { userId: "cleo" })
  talk.chat.disconnect(bob)
  await passing(talk, 0, 10_000)
  return { talk, roomId, ann, bob, cleo }
}

test("[USER3] [PERS1] who comes and who goes is told once it has lasted, to those who share a room and to nobody else", async () => {
  const { talk, roomId } = await people()
  const phone = known("bob", "phone")
  await talk.join(phone, roomId, "bob")
  expect(await passing(talk, 20_000, 24_900)).toEqual([])
  expect(await passing(talk, 25_000, 40_000)).toEqual([{ by: user("ann"), online: [user("bob")], offline: [] }])
  talk.chat.disconnect(phone)
  expect(await passing(talk, 50_000, 54_900)).toEqual([])
  expect(await passing(talk, 55_000, 70_000)).toEqual([{ by: user("ann"), online: [], offline: [user("bob")] }])
})

test("[USER3] a connection that flaps is silent, and so is a second device", async () => {
  const { talk } = await people()
  const phone = known("bob", "phone")
  await talk.ask("my_rooms", phone)
  expect(await passing(talk, 20_000, 24_000)).toEqual([])
  talk.chat.disconnect(phone)
  expect(await passing(talk, 24_100, 40_000)).toEqual([])
  await talk.ask("my_rooms", phone)
  expect(await passing(talk, 40_100, 50_000)).toHaveLength(1)
  const laptop = known("bob", "laptop")
  await talk.ask("my_rooms", laptop)
  talk.chat.disconnect(phone)
  expect(await passing(talk, 50_100, 60_000)).toEqual([])
  talk.chat.disconnect(laptop)
  expect(await passing(talk, 60_100, 64_000)).toEqual([])
  await talk.ask("my_rooms", laptop)
  expect(await passing(talk, 64_100, 80_000)).toEqual([])
})

test("[USER3] a socket hears of all who changed together, at most once in 5 s", async () => {
  const { talk, ann, roomId } = await people()
  const names = Array.from({ length: 60 }, (_, n) => `p${n}`)
  const sessions = names.map((name) => known(name))
  for (const session of sessions) {
    await talk.ask("my_rooms", session)
    await talk.ask("add_member", ann, { roomId, targetId: session.id })
  }
  await passing(talk, 20_000, 40_000)
  const times: number[] = []
  const gone = new Set<string>()
  for (let nowMs = 50_000; nowMs < 70_000; nowMs += 100) {
    const leaving = sessions.pop()
    if (leaving !== undefined) talk.chat.disconnect(leaving)
    for (const { by, offline, online } of heard(talk.chat.tick(nowMs))) {
      if (by !== user("ann")) continue
      times.push(nowMs)
      expect(online).toEqual([])
      for (const one of offline) gone.add(one)
    }
    await talk.settled()
  }
  expect(gone.size).toBe(60)
  // The premise: not all of them at once.
  expect(times.length).toBeGreaterThan(1)
  for (const [index, ms] of times.slice(1).entries())
    expect(ms - (times[index] ?? 0)).toBeGreaterThanOrEqual(limits.presenceIntervalMs)
})

test("[USER3] [MEM5] whoever was removed hears of nobody there any more, and nobody of them", async () => {
  const { talk, ann, bob, roomId } = await people()
  await talk.ask("my_rooms", bob)
  await passing(talk, 20_000, 40_000)
  await talk.ask("remove_member", ann, { roomId, targetId: "bob" })
  talk.chat.disconnect(bob)
  expect(await passing(talk, 50_000, 70_000)).toEqual([])
})

test("[USER1] [MEM2] [MEM3] lists say who is online now", async () => {
  const { talk, roomId, ann } = await people()
  const online = async () => {
    const { users } = (await talk.ask("list_users", ann)).answer
    const { members } = (await talk.ask("list_members", ann, { roomId })).answer
    const { rooms } = (await talk.ask("my_rooms", ann)).answer
    const isBob = ({ userId }: { userId: string }) => userId === user("bob")
    const peers = rooms.flatMap((room) => room.peers ?? [])
    return [users, members, peers].map((list) => list.find(isBob)?.isOnline)
  }
  await talk.ask("open_direct", ann, { targetIds: ["bob"] })
  expect(await online()).toEqual([false, false, false])
  await talk.ask("my_rooms", known("bob", "phone"))
  expect(await online()).toEqual([true, true, true])
})

/** WARREN_TEAM asks for more. */
const team = Number(process.env["WARREN_TEAM"] ?? 100)

test("[USER3] a team that comes back at once is told of in one event each", async () => {
  const talk = new Conversation()
  const ann = known("ann")
  await talk.ask("my_rooms", ann)
  const roomIds: RoomId[] = []
  for (let n = 0; n < 10; n++) roomIds.push(await talk.newRoom(ann, { userId: "ann" }))
  const sessions = Array.from({ length: team }, (_, n) => known(`p${n}`))
  for (const session of sessions) {
    await talk.ask("my_rooms", session)
    for (const roomId of roomIds) await talk.ask("add_member", ann, { roomId, targetId: session.id })
  }
  await passing(talk, 0, 20_000)
  for (const session of sessions) talk.chat.disconnect(session)
  await passing(talk, 20_100, 40_000)
  for (const session of sessions) await talk.ask("my_rooms", session)
  const told = await passing(talk, 40_100, 60_000)
  expect(told).toHaveLength(team + 1)
  expect(told.find(({ by }) => by === user("ann"))?.online).toHaveLength(team)
})
