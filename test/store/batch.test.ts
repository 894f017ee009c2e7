import { expect, test } from "bun:test"
import type {
  FileRecord,
  MemberRecord,
  MessageRecord,
  RoomRecord,
  UserRecord,
} from "../../src/chat/rules/working-set.ts"
import { Batch } from "../../src/store/batch.ts"
import { isEmpty } from "../../src/store/unwritten.ts"
import { newFileId, newMessageId, newRoomId, user } from "../support/ids.ts"

test("what is loaded is loaded once, and what there is not is looked for each time", () => {
  const [garden, ann] = [room(), person("ann")]
  const { batch, loaded } = setUp([garden], [ann])
  for (let i = 0; i < 2; i++) {
    expect(batch.room(garden.room.id)).toBe(garden)
    expect(batch.user(ann.id)).toBe(ann)
    expect(batch.room(newRoomId())).toBeUndefined()
    expect(batch.user(user("nobody"))).toBeUndefined()
  }
  expect(loaded).toEqual(["room", "user", "nothing", "nothing", "nothing", "nothing"])
  expect(batch.size).toBe(2)
})

test("what is added is found at once, and told once, in the order of adding", () => {
  const { batch, loaded } = setUp()
  const [one, two, ann, bob] = [room(), room(), person("ann"), person("bob")]
  const messages = [message(one, ann), message(two, bob)]
  for (const added of [one, two]) batch.addRoom(added)
  for (const added of [ann, bob]) batch.addUser(added)
  for (const added of messages) batch.addMessage(added)
  expect([batch.room(two.room.id), batch.user(bob.id), batch.message(messages[1]!.id)]).toEqual([two, bob, messages[1]])
  expect(loaded).toEqual([])

  expect(taken(batch)).toEqual({
    rooms: [one, two],
    users: [ann, bob],
    messages,
    changed: [],
    probedAt: undefined,
  })
  expect(taken(batch)).toEqual(nothing)
  expect([batch.room(one.room.id), batch.user(ann.id)]).toEqual([one, ann])
  expect(batch.message(messages[0]!.id)).toBeUndefined()
})

test("what is new is not also changed, whatever is said of it; what is old is, once", () => {
  const [old, known] = [room(), person("known")]
  const { batch } = setUp([old], [known])
  const [fresh, ann] = [room(), person("ann")]
  batch.addRoom(fresh)
  batch.addUser(ann)
  for (const changed of [old, fresh, old]) batch.changedRoom(changed)
  for (const changed of [known, ann, known]) batch.changedUser(changed)
  batch.probed(7)
  expect(taken(batch)).toEqual({
    rooms: [fresh],
    users: [ann],
    messages: [],
    changed: [old, known],
    probedAt: 7,
  })
  expect(taken(batch)).toEqual(nothing)
})

test("what is forgotten is loaded again, and none of it is written", () => {
  const [garden, ann] = [room(), person("ann")]
  const { batch, loaded } = setUp([garden], [ann])
  batch.room(garden.room.id)
  batch.user(ann.id)
  batch.changedRoom(garden)
  batch.changedUser(ann)
  const lost = message(garden, ann)
  batch.addMessage(lost)
  batch.addRoom(room())
  batch.addUser(person("bob"))
  batch.probed(7)
  batch.forget()
  expect(batch.size).toBe(0)
  expect(taken(batch)).toEqual(nothing)
  expect([batch.room(garden.room.id), batch.user(ann.id), batch.user(user("bob"))]).toEqual([garden, ann, undefined])
  expect(batch.message(lost.id)).toBeUndefined()
  expect(loaded).toEqual(["room", "user", "room", "user", "nothing", "nothing"])
  expect(batch.epoch).toBe("this life")
})

const nothing = { rooms: [], users: [], messages: [], changed: [], probedAt: undefined }

test("[MEM1] a member is loaded once; who left is gone at once, and whoever came meanwhile is told of once", () => {
  const [garden, ann, bob] = [room(), person("ann"), person("bob")]
  const [old, fresh] = [memberOf(garden, ann), memberOf(garden, bob)]
  const { batch, loaded } = setUp([garden], [ann, bob], [old])
  expect([batch.member(garden, ann), batch.member(garden, ann)]).toEqual([old, old])
  expect(loaded).toEqual(["member"])
  batch.addMember(fresh)
  batch.changedMember(fresh)
  batch.changedMember(old)
  expect([batch.member(garden, bob), batch.size]).toEqual([fresh, 2])
  batch.removeMember(old)
  expect(batch.member(garden, ann)).toBeUndefined()
  const again = memberOf(garden, ann)
  batch.addMember(again)
  batch.removeMember(fresh)
  expect([batch.member(garden, ann), batch.member(garden, bob)]).toEqual([again, undefined])
  expect(takenMembers(batch)).toEqual([[old], [again], []])
  expect(takenMembers(batch)).toEqual([[], [], []])
  expect(batch.member(garden, ann)).toBe(again)
})

test("whatever is changed, alone, there is something to write", () => {
  const [garden, ann] = [room(), person("ann")]
  const [member, said] = [memberOf(garden, ann), message(garden, ann)]
  const image = { file: { id: newFileId() } } as FileRecord
  const changes: ((batch: Batch) => void)[] = [
    (batch) => batch.addRoom(garden),
    (batch) => batch.addUser(ann),
    (batch) => batch.addMessage(said),
    (batch) => batch.changedRoom(garden),
    (batch) => batch.changedUser(ann),
    (batch) => batch.addMember(member),
    (batch) => batch.changedMember(member),
    (batch) => batch.removeMember(member),
    (batch) => batch.changedReading(member, "marked"),
    (batch) => batch.changedNotify(member),
    (batch) => batch.setBanned(garden, ann, undefined),
    (batch) => batch.deleteRoom(garden, ann.id, 1),
    (batch) => batch.addFile(image),
    (batch) => batch.holdFile(image, said),
    (batch) => batch.releaseFiles(said),
    (batch) => batch.changePicture(ann, undefined),
    (batch) => batch.removeFile(image),
    (batch) => batch.probed(0),
    (batch) => batch.purge(0),
    (batch) => batch.expireMembers(0),
  ]
  const { batch } = setUp()
  const found = changes.map((change) => {
    change(batch)
    return isEmpty(batch.take())
  })
  expect(found).toEqual(changes.map(() => false))
  expect(isEmpty(batch.take())).toBe(true)
})

test("a member who changes is a change of their room, which no two servers make at once", () => {
  const member = memberOf(room(), person("ann"))
  const { batch } = setUp()
  batch.changedMember(member)
  expect(taken(batch).changed).toEqual([member.room])
})

function takenMembers(batch: Batch) {
  const { removedMembers, newMembers, changedMembers } = batch.take()
  return [removedMembers, newMembers, changedMembers].map((members) => [...members])
}

function memberOf(room: RoomRecord, user: UserRecord): MemberRecord {
  const state = { readSeq: 0, notify: null, seenAt: 0 }
  return { pk: 1, room, user, role: "member", joinedAt: 0, ...state }
}

function setUp(rooms: RoomRecord[] = [], users: UserRecord[] = [], members: MemberRecord[] = []) {
  const loaded: string[] = []
  const noted = <T>(kind: string, found: T | undefined): T | undefined => {
    loaded.push(found === undefined ? "nothing" : kind)
    return found
  }
  const batch = new Batch("this life", {
    room: (id) =>
      noted(
        "room",
        rooms.find(({ room }) => room.id === id),
      ),
    user: (id) =>
      noted(
        "user",
        users.find((one) => one.id === id),
      ),
    message: () => noted("message", undefined),
    file: () => noted("file", undefined),
    hasReaction: () => false,
    reactors: () => [],
    member: (room, user) =>
      noted(
        "member",
        members.find((one) => one.room === room && one.user === user),
      ),
    isBanned: () => false,
    onlyOne: () => undefined,
    deleterOf: () => undefined,
    heirOf: () => undefined,
    roomsOf: () => 0,
  })
  return { batch, loaded }
}

function taken(batch: Batch) {
  const { newRooms, newUsers, newMessages, changedRooms, changedUsers, probedAt } = batch.take()
  const changed = [...changedRooms, ...changedUsers]
  return { rooms: [...newRooms], users: [...newUsers], messages: [...newMessages.values()], changed, probedAt }
}

function room(): RoomRecord {
  const described = {
    id: newRoomId(),
    name: "Garden",
    topic: "",
    visibility: "public",
    createdAt: "2026-01-31T12:00:00.000Z",
  } as const
  const counted = { rev: 0, lastAt: 0, members: 0, accessRev: 0 }
  return {
    pk: 1,
    room: described,
    creatorId: null,
    createdAt: 0,
    onlyOne: null,
    forgotten: 0,
    hiddenFor: [],
    ...counted,
  }
}

const person = (name: string): UserRecord => ({ pk: 1, id: user(name), username: name, avatar: null, updatedAt: 0 })

function message(of: RoomRecord, author: UserRecord): MessageRecord {
  return {
    pk: 0,
    room: of,
    author,
    id: newMessageId(),
    seq: 1,
    rev: 1,
    type: "text",
    content: "hi",
    createdAt: 0,
    extra: undefined,
  }
}
