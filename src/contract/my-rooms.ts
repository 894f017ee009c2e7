/** One's own rooms: how far one has read in each, what is new there, and what may disturb. */
import * as v from "valibot"
import { Role as AccountRole } from "./accounts.ts"
import { answer, event, type NamedObject, onlyOk, payload, request } from "./definition.ts"
import { limitInWords } from "./limit-words.ts"
import { limits } from "./limits.ts"
import { Member } from "./people.ts"
import { Room } from "./rooms.ts"
import { ann, annHere, bob, message, myRoomsCursor, room, roomId } from "./story.ts"
import { User } from "./users.ts"
import {
  about,
  Count,
  NotifyLevel,
  nextCursor,
  nextPage,
  PageLimit,
  Rev,
  Role,
  RoomId,
  Timestamp,
  UserId,
  Username,
} from "./values.ts"

export const LastMessage = v.object({
  userId: UserId,
  username: Username,
  excerpt: about("How it begins, on one line. Of a message without a text, the name of its first file.", v.string()),
})

const untilUnreadMax = `No further than ${limits.unreadMax} is counted.`
const state = {
  rev: about("The room's counter of changes that this is the state at.", Rev),
  readSeq: about("All messages up to this `seq` are read.", Rev),
  unread: about(`Messages of others above it that are not deleted. ${untilUnreadMax}`, Count),
  mentions: about(`Those of them that mention this user or answer them. ${untilUnreadMax}`, Count),
  lastMessage: v.nullable(about("The last message that is not deleted; `null` without one.", LastMessage)),
  lastMessageAt: v.nullable(about("When the last message was sent; `null` before the first.", Timestamp)),
}

const Me = v.object({
  ...Member.entries,
  role: v.optional(about("`admin` for an administrator. Without it nobody is known here.", AccountRole)),
})

const notify = about("What of the room may disturb.", NotifyLevel)

export const MyRoom = v.object({
  ...Room.entries,
  role: Role,
  ...state,
  notify,
  peers: v.optional(about("Of a direct room: the other people.", v.array(User))),
})

/** The room as one user finds it at `rev`. */
export const RoomState = v.object({ roomId: RoomId, ...state })

const MembershipUpdated = v.object({ roomId: RoomId, role: Role, notify })

const RoomRemoved = v.object({
  roomId: RoomId,
  reason: about(
    "Whether they left for good, were removed, or the room was deleted.",
    v.picklist(["left", "removed", "deleted"]),
  ),
})

const lastMessage = { userId: ann, username: "Ann", excerpt: message.content }
const bobsState = {
  rev: 42,
  readSeq: 40,
  unread: 2,
  mentions: 1,
  lastMessage,
  lastMessageAt: message.createdAt,
}
const allRead = { ...bobsState, readSeq: 42, unread: 0, mentions: 0 }

const myRooms = request({
  summary: "Lists the rooms one is a member of, with what is unread there.",
  description:
    "In the order of becoming a member. The first page subscribes this socket to what concerns the user: the events " +
    "`read_updated`, `room_activity` and their like. What was told before the answer is in it, what is told after is " +
    "newer. After a reconnection, ask again. `me` is the user, with a `role` where people are known. With `AUTH=open` it shows public rooms and those this " +
    "socket is in.",
  rules: ["MEM2", "PERS1", "PERS2", "OPEN1"],
  rate: "page",
  errors: ["ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    userId: UserId,
    cursor: nextPage,
    limit: v.nullish(about("How many rooms the page may hold.", PageLimit), limits.roomsPageDefault),
  }),
  examples: [{ userId: ann }, { userId: ann, limit: 20, cursor: myRoomsCursor }],
  mistakes: [
    { payload: { userId: ann, cursor: "not a cursor" }, field: "cursor" },
    { payload: {}, field: "userId" },
    { payload: { userId: ann, limit: limits.pageLengthMax + 1 }, field: "limit" },
  ],
  answer: answer({
    me: about("The user who asks.", Me),
    rooms: v.array(MyRoom),
    cursor: nextCursor,
  }),
  answered: {
    ok: true,
    me: { ...annHere, role: "member" },
    rooms: [{ ...room, role: "owner", ...allRead, notify: "mentions" }],
    cursor: myRoomsCursor,
  },
})

const markRead = request({
  summary: "Tells how far the user has read in a room.",
  description:
    "The room need not be joined. It goes forward only: a `seq` below what is read changes nothing, and one above the " +
    "room's counts as its last. All of the user's sockets that asked `my_rooms` hear `read_updated`, this one too.",
  rules: ["READ1", "READ2"],
  rate: "other",
  errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({ roomId: RoomId, userId: UserId, seq: about("The last message that was read.", Rev) }),
  examples: [{ roomId, userId: bob, seq: 42 }],
  mistakes: [
    { payload: { userId: bob, seq: 42 }, field: "roomId" },
    { payload: { roomId, userId: bob }, field: "seq" },
    { payload: { roomId, userId: bob, seq: -1 }, field: "seq" },
  ],
  answer: answer({ readSeq: state.readSeq, unread: state.unread, mentions: state.mentions }),
  answered: { ok: true, readSeq: 42, unread: 0, mentions: 0 },
})

const setNotifications = request({
  summary: "Says what of a room may disturb the user.",
  description:
    "`all`, as in direct rooms unless said otherwise; `mentions`, as elsewhere; or `none`. It is kept for all devices: " +
    "clients act by it. What is unread is counted at every level.",
  rules: ["NOTIFY1", "PERS1"],
  rate: "other",
  errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({ roomId: RoomId, userId: UserId, level: notify }),
  examples: [{ roomId, userId: ann, level: "none" }],
  mistakes: [
    { payload: { userId: ann, level: "none" }, field: "roomId" },
    { payload: { roomId, userId: ann, level: "loud" }, field: "level" },
  ],
  ...onlyOk,
})

const toWhom = "To the user's sockets that asked `my_rooms`."

const readUpdated = event({
  summary: "The user has read on in a room, here or on another device.",
  description: `${toWhom} It stands for the state at \`rev\`.`,
  rules: ["READ1", "PERS1"],
  args: v.tuple([RoomState]),
  names: ["state"],
  example: [{ roomId, ...allRead }],
})

const roomActivity = event({
  summary: "Something is new in a room that this socket has not joined.",
  description:
    `${toWhom} The first change is told at once. What changes within ${limitInWords("activityIntervalMs")} after it, in ` +
    `whatever rooms, is told together at its end, and the last one that comes is how the room is. With more than ${limits.activityPeoplePerSecond} people that takes longer, up to ${limitInWords("activityIntervalMaxMs")}.`,
  rules: ["PERS1", "PERS2"],
  args: v.tuple([RoomState]),
  names: ["state"],
  example: [{ roomId, ...bobsState }],
})

const roomAdded = event({
  summary: "The user became a member of a room.",
  description: `${toWhom} Somebody added them, or they joined, opened or created it themselves.`,
  rules: ["PERS1", "PERS2"],
  args: v.tuple([MyRoom]),
  names: ["room"],
  example: [{ ...room, role: "member", ...bobsState, notify: "mentions" }],
})

const roomUpdated = event({
  summary: "A room of the user's has another name, topic or visibility, or keeps its messages for another time.",
  description: toWhom,
  rules: ["PERS1", "PERS2"],
  args: v.tuple([Room]),
  names: ["room"],
  example: [room],
})

const roomRemoved = event({
  summary: "The user is no member of a room any more.",
  description: toWhom,
  rules: ["PERS1", "PERS2"],
  args: v.tuple([RoomRemoved]),
  names: ["room"],
  example: [{ roomId, reason: "removed" }],
})

const membershipUpdated = event({
  summary: "What the user is in a room, or what may disturb, changed.",
  description: toWhom,
  rules: ["NOTIFY1", "PERS1"],
  args: v.tuple([MembershipUpdated]),
  names: ["membership"],
  example: [{ roomId, role: "member", notify: "none" }],
})

export const requests = { my_rooms: myRooms, mark_read: markRead, set_notifications: setNotifications } as const

export const events = {
  read_updated: readUpdated,
  room_activity: roomActivity,
  room_added: roomAdded,
  room_updated: roomUpdated,
  room_removed: roomRemoved,
  membership_updated: membershipUpdated,
} as const

export const objects = {
  MyRoom: { schema: MyRoom, about: "A room of one's own, and how it stands there." },
  RoomState: { schema: RoomState, about: "How a room stands for one user." },
  Me: { schema: Me, about: "The user who asks." },
  LastMessage: { schema: LastMessage, about: "What was said last in a room." },
  RoomRemoved: { schema: RoomRemoved, about: "A room that is not one's own any more." },
  MembershipUpdated: { schema: MembershipUpdated, about: "What the user is in a room." },
} as const satisfies Record<string, NamedObject>

export type MyRoom = v.InferOutput<typeof MyRoom>
export type RoomState = v.InferOutput<typeof RoomState>
export type LastMessage = v.InferOutput<typeof LastMessage>
