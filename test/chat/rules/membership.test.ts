/** What the stores cannot be asked cheaply of the rules of membership: full rooms, and what counts as a change of access. */
import { expect, test } from "bun:test"
import { addMember, checkPlace, endMembership, show } from "../../../src/chat/rules/membership.ts"
import { apply, type Command } from "../../../src/chat/rules/rules.ts"
import type { RoomRecord, UserRecord } from "../../../src/chat/rules/working-set.ts"
import { ChatError } from "../../../src/contract/errors.ts"
import { limits } from "../../../src/contract/limits.ts"
import type { Role, RoomId, UserId } from "../../../src/contract/values.ts"
import type { Batch } from "../../../src/store/batch.ts"
import { newRoomId, user } from "../../support/ids.ts"
import { batchOf, memberOf, person, roomOf } from "./records.ts"

const [ann, bob, cleo] = ["ann", "bob", "cleo"].map(person) as [UserRecord, UserRecord, UserRecord]

test("[LIM1] a room takes members up to its limit, and a user rooms up to theirs, and not one more", () => {
  const garden = roomOf("public")
  const inRooms = (count: number) => batchOf({ roomsOf: () => count })
  const { membersPerRoomMax, roomsPerUserMax } = limits
  expect(checkPlace(inRooms(roomsPerUserMax - 1), { ...garden, members: membersPerRoomMax - 1 }, ann)).toBeUndefined()
  expect(checkPlace(inRooms(0), { ...garden, members: membersPerRoomMax }, ann)).toMatchObject({
    code: "ERR_FORBIDDEN",
    message: "The room has as many members as it may have.",
  })
  expect(checkPlace(inRooms(roomsPerUserMax), garden, ann)).toMatchObject({
    code: "ERR_FORBIDDEN",
    message: "That user is in as many rooms as one may be in.",
  })
  // Somebody new is in none.
  expect(checkPlace(inRooms(roomsPerUserMax), garden, undefined)).toBeUndefined()
})

test("[LIM1] nobody is added to a room that is full", () => {
  const garden = roomOf("public", { members: limits.membersPerRoomMax })
  const batch = batchIn(garden, { [ann.id]: "owner" })
  expect(deed(batch, { kind: "addMember", targetId: bob.id, at: 7 })).toMatchObject({ code: "ERR_FORBIDDEN" })
  const enroll = { kind: "enroll", roomId: acting, userId: bob.id, at: 7 } as const
  expect(apply(batch, enroll)).toMatchObject({ code: "ERR_FORBIDDEN" })
  expect(apply(batch, { ...enroll, userId: user("nobody") })).toMatchObject({ code: "ERR_NOT_FOUND" })
  expect(batch.take().newMembers.size).toBe(0)
})

test("[LIM1] a room that is full takes nobody new; who is in too many creates and joins none, where it is known who they are", () => {
  const { membersPerRoomMax, roomsPerUserMax } = limits
  const joined = (room: RoomRecord, { isKnown = true, rooms = 0, isMember = false } = {}) => {
    const batch = batchOf({
      room: () => room,
      user: () => ann,
      member: () => (isMember ? memberOf(room, ann) : undefined),
      roomsOf: () => rooms,
    })
    const claimed = { userId: ann.id, username: "ann", avatar: undefined, since: undefined, epoch: undefined }
    const asking = { ...claimed, roomId: room.room.id as RoomId, newUserWaitMs: 0, isKnown, isAdmin: false, at: 7 }
    const ruled = apply(batch, { kind: "join", ...asking })
    const { newMembers } = batch.take()
    return ruled instanceof ChatError ? ruled.code : newMembers.size
  }
  const full = () => roomOf("public", { members: membersPerRoomMax })
  expect([joined(roomOf("public", { members: membersPerRoomMax - 1 })), joined(full())]).toEqual([1, "ERR_FORBIDDEN"])
  expect([joined(full(), { isMember: true }), joined(full(), { isKnown: false })]).toEqual([0, 1])
  const inRooms = (rooms: number) => joined(roomOf("public"), { rooms })
  expect([inRooms(roomsPerUserMax - 1), inRooms(roomsPerUserMax)]).toEqual([1, "ERR_FORBIDDEN"])

  const created = (rooms: number, isKnown = true) => {
    const batch = batchOf({ user: () => ann, roomsOf: () => rooms })
    const creator = { userId: ann.id, username: "ann", isKnown }
    const ruled = apply(batch, {
      kind: "createRoom",
      id: newRoomId(),
      name: "Shed",
      visibility: "public",
      creator,
      at: 7,
    })
    return ruled instanceof ChatError ? ruled.code : batch.take().newRooms
  }
  const own = [{ creatorId: ann.id, members: 1, accessRev: 0 }]
  expect([created(roomsPerUserMax - 1), created(roomsPerUserMax, false)]).toMatchObject([own, own])
  expect(created(roomsPerUserMax)).toBe("ERR_FORBIDDEN")

  const opened = (rooms: number) => {
    const batch = batchOf({ user: (id) => (id === ann.id ? ann : bob), roomsOf: (user) => (user === bob ? rooms : 0) })
    const asking = { userId: ann.id, username: "ann", targetIds: [bob.id], newId: newRoomId(), newRoomWaitMs: 0, at: 7 }
    const ruled = apply(batch, { kind: "openDirect", ...asking })
    return ruled instanceof ChatError ? ruled.code : ruled
  }
  expect([opened(roomsPerUserMax - 1), opened(roomsPerUserMax)]).toMatchObject([{ isNew: true }, "ERR_FORBIDDEN"])
})

test("[ACC5] whoever comes is let into the rooms that still take them, and is renamed only if they were called otherwise", () => {
  const rooms = {
    garden: roomOf("public"),
    shed: roomOf("public"),
    full: roomOf("public", { members: limits.membersPerRoomMax }),
    direct: roomOf("direct"),
    entered: roomOf("public"),
    closed: roomOf("public"),
  }
  const welcome = (username: string) => {
    const batch = batchOf({
      room: (id) => Object.values(rooms).find(({ room }) => room.id === id),
      user: () => ({ ...ann }),
      member: (room) => (room === rooms.entered ? memberOf(room, ann) : undefined),
      isBanned: (room) => room === rooms.closed,
    })
    const roomIds = ["gone", ...Object.values(rooms).map(({ room }) => room.id)].toReversed() as RoomId[]
    const ruled = apply(batch, { kind: "welcome", userId: ann.id, username, roomIds, at: 7 })
    return { ruled, changedUsers: batch.take().changedUsers.size }
  }
  const roomIds = [rooms.shed.room.id, rooms.garden.room.id]
  expect(welcome("ann")).toEqual({ ruled: { roomIds, renamed: undefined }, changedUsers: 0 })
  expect(welcome("Anna")).toEqual({
    ruled: { roomIds, renamed: { userId: ann.id, username: "Anna", avatar: null } },
    changedUsers: 1,
  })
})

test("[MEM1] who is added is counted, and is told of nothing that was said before", () => {
  const garden = roomOf("public", { members: 3, rev: 12 })
  const batch = batchOf()
  const added = addMember(batch, { room: garden, user: ann, role: "member", at: 7 })
  expect(added).toEqual({
    pk: 0,
    room: garden,
    user: ann,
    role: "member",
    joinedAt: 7,
    readSeq: 12,
    notify: null,
    seenAt: 7,
  })
  const { newMembers, changedRooms, changedAccess } = batch.take()
  expect([[...newMembers], [...changedRooms], garden.members]).toEqual([[added], [garden], 4])
  expect(changedAccess.size).toBe(0)
})

test("[MEM1] whoever leaves is no longer counted; an heir is looked for only where an owner goes", () => {
  const garden = roomOf("public", { members: 2, accessRev: 5 })
  const member = memberOf(garden, bob, "member")
  const batch = batchOf({
    heirOf: () => {
      throw new Error("nobody is to be looked for")
    },
  })
  expect(endMembership(batch, member)).toBeUndefined()
  const { removedMembers, changedRooms } = batch.take()
  expect([[...removedMembers], [...changedRooms]]).toEqual([[member], [garden]])
  expect([garden.members, garden.accessRev]).toEqual([1, 6])
})

test("[MEM4] what changes who may do what counts the room's access up by one, and nothing else does", () => {
  const garden = roomOf("public", { members: 2, accessRev: 5 })
  const batch = batchIn(garden, { [ann.id]: "owner", [bob.id]: "member" })
  const steps: readonly [Deed, { readonly isUnchanged: boolean; readonly accessRev: number }][] = [
    [
      { kind: "setRole", targetId: bob.id, role: "member" },
      { isUnchanged: true, accessRev: 5 },
    ],
    [
      { kind: "setRole", targetId: bob.id, role: "moderator" },
      { isUnchanged: false, accessRev: 6 },
    ],
    // Who comes takes nothing from anybody.
    [
      { kind: "addMember", targetId: cleo.id, at: 7 },
      { isUnchanged: false, accessRev: 6 },
    ],
    [
      { kind: "removeMember", targetId: cleo.id, ban: false, at: 7 },
      { isUnchanged: false, accessRev: 7 },
    ],
    [
      { kind: "removeMember", targetId: cleo.id, ban: false, at: 7 },
      { isUnchanged: true, accessRev: 7 },
    ],
    [
      { kind: "removeMember", targetId: cleo.id, ban: true, at: 7 },
      { isUnchanged: false, accessRev: 8 },
    ],
    [
      { kind: "removeMember", targetId: cleo.id, ban: true, at: 7 },
      { isUnchanged: true, accessRev: 8 },
    ],
    [
      { kind: "unbanMember", targetId: cleo.id },
      { isUnchanged: false, accessRev: 9 },
    ],
    [
      { kind: "unbanMember", targetId: cleo.id },
      { isUnchanged: true, accessRev: 9 },
    ],
  ]
  for (const [step, outcome] of steps) expect(deed(batch, step), JSON.stringify(step)).toEqual(outcome)
  const { changedRooms, changedAccess } = batch.take()
  expect([[...changedRooms], [...changedAccess]]).toEqual([[garden], [garden]])
})

test("[ACC6] a room that is handed over has its new owner and its old one written, and counts its access up, once", () => {
  const garden = roomOf("public", { members: 2, accessRev: 5 })
  const batch = batchIn(garden, { [ann.id]: "owner", [bob.id]: "member" })
  const handOver = { kind: "handOver", roomId: acting, userId: ann.id, heirId: bob.id } as const
  expect(apply(batch, handOver)).toEqual({ isUnchanged: false })
  expect(apply(batch, handOver)).toEqual({ isUnchanged: true })
  const { changedMembers, changedAccess } = batch.take()
  expect([...changedMembers].map(({ user, role }) => [user.id, role])).toEqual([
    [ann.id, "member"],
    [bob.id, "owner"],
  ])
  expect([[...changedAccess], garden.accessRev]).toEqual([[garden], 6])
})

test("[ACC5] [ROOM6] members alone invite to a room, and nobody to a direct one", () => {
  const [garden, direct] = [roomOf("public"), roomOf("direct")]
  const invited = ([room, userId]: readonly [RoomRecord, UserId]) => {
    const batch = batchIn(room, { [ann.id]: "member" })
    return apply(batch, { kind: "checkInvite", roomId: acting, userId })
  }
  const asked = [[garden, ann.id] as const, [garden, bob.id] as const, [direct, ann.id] as const]
  expect(asked.map(invited)).toMatchObject([true, { code: "ERR_NOT_IN_ROOM" }, { code: "ERR_FORBIDDEN" }])
})

test("[MEM4] a role is for members alone", () => {
  const garden = roomOf("public")
  const batch = batchIn(garden, { [ann.id]: "owner" })
  expect(deed(batch, { kind: "setRole", targetId: bob.id, role: "moderator" })).toMatchObject({ code: "ERR_NOT_FOUND" })
})

test("[ROOM6] a direct room is put away once, and comes back once to those who are asked for; each counts its access up", () => {
  const direct = roomOf("direct", { members: 2, accessRev: 5 })
  const batch = batchOf()
  for (const member of [memberOf(direct, ann), memberOf(direct, ann), memberOf(direct, bob)]) {
    expect(endMembership(batch, member)).toBeUndefined()
  }
  expect([direct.hiddenFor, direct.accessRev, direct.members]).toEqual([[ann.id, bob.id], 7, 2])
  expect(show(batch, direct, [cleo.id])).toEqual([])
  expect([direct.hiddenFor, direct.accessRev]).toEqual([[ann.id, bob.id], 7])
  expect(show(batch, direct, [bob.id, cleo.id])).toEqual([bob.id])
  expect([direct.hiddenFor, direct.accessRev]).toEqual([[ann.id], 8])
  expect([...batch.take().changedRooms]).toEqual([direct])
})

test("nothing is made where nobody has put a room away, as is so with nearly every message", () => {
  const garden = roomOf("public")
  expect(show(batchOf(), garden, [ann.id])).toBe(garden.hiddenFor)
})

type Deed =
  Extract<Command, { readonly kind: "addMember" | "setRole" | "removeMember" | "unbanMember" }> extends infer One
    ? One extends unknown
      ? Omit<One, "roomId" | "userId" | "isAdmin">
      : never
    : never

let acting: RoomId

/** By ann. */
function deed(batch: Batch, what: Deed): unknown {
  const ruled = apply(batch, { ...what, roomId: acting, userId: ann.id, isAdmin: false } as Command)
  return ruled instanceof ChatError ? { code: ruled.code } : ruled
}

function batchIn(room: RoomRecord, roles: Readonly<Record<string, Role>>): Batch {
  const people = [ann, bob, cleo]
  acting = room.room.id
  return batchOf({
    room: (id) => (id === room.room.id ? room : undefined),
    user: (id) => people.find((one) => one.id === id),
    member: (_, user) => roles[user.id] && memberOf(room, user, roles[user.id]),
  })
}
