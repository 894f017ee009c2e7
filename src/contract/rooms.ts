/** Rooms: creating, entering, leaving and finding them. */
import * as v from "valibot"
import { answer, event, type NamedObject, onlyOk, payload, request } from "./definition.ts"
import { limits } from "./limits.ts"
import { HistoryInfo } from "./messages.ts"
import { Member } from "./people.ts"
import {
  ann,
  annHere,
  annsAvatar,
  bob,
  bobHere,
  epoch,
  message,
  messageId,
  room,
  roomId,
  roomsCursor,
} from "./story.ts"
import {
  Avatar,
  about,
  absentOr,
  boolean,
  Count,
  Epoch,
  KeepDays,
  nameQuery,
  nextCursor,
  nextPage,
  PageLimit,
  RequestId,
  Rev,
  RoomId,
  RoomName,
  RoomVisibility,
  Timestamp,
  Topic,
  UserId,
  Username,
  Visibility,
} from "./values.ts"

export const Room = v.object({
  id: RoomId,
  name: RoomName,
  topic: Topic,
  visibility: RoomVisibility,
  createdAt: Timestamp,
  keepDays: v.optional(
    about("Where older messages are removed, after how many days.", v.pipe(KeepDays, v.minValue(1))),
  ),
})

export const ListedRoom = v.object({
  ...Room.entries,
  rev: about("The room's counter of changes: 0 before its first message.", Rev),
  memberCount: about("How many users are here now.", Count),
  lastMessageAt: v.nullable(about("When its last message was sent; `null` before the first.", Timestamp)),
})

const createRoom = request({
  summary: "Creates a room.",
  description:
    "The creator is not in it yet: `join_room` comes next. The event `room_created` says the same as the answer.",
  rules: ["ROOM1", "ROOM2", "ROOM4", "OPEN1"],
  rate: "other",
  errors: ["ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    name: RoomName,
    userId: UserId,
    visibility: v.nullish(
      about(
        "Whether `list_rooms` shows it to everybody, only its id opens it, or only its members know of it.",
        Visibility,
      ),
      "unlisted",
    ),
    topic: v.nullish(Topic, ""),
    requestId: absentOr(
      about(
        "A UUID of your own: the same again from the same user is the same room, unless it is private and they have left it.",
        RequestId,
      ),
    ),
  }),
  examples: [
    { name: "Garden party", userId: ann, visibility: "public" },
    { name: "Garden party", userId: ann, visibility: "private", topic: room.topic, requestId: messageId },
    { name: "Garden party", userId: ann },
    { name: "علی\u200cرضا 👩\u200d🌾", userId: bob, visibility: null },
  ],
  mistakes: [
    { payload: undefined, field: "name" },
    { payload: "Garden party", field: undefined },
    { payload: { userId: ann }, field: "name" },
    { payload: { name: "x".repeat(limits.nameLengthMax + 1), userId: ann }, field: "name" },
    { payload: { name: "\u3164\u200b ", userId: ann }, field: "name" },
    { payload: { name: "\u202egnp.exe", userId: ann }, field: "name" },
    { payload: { name: "Garden party", userId: ann, visibility: "secret" }, field: "visibility" },
    { payload: { name: "Garden party", userId: ann, topic: "two\nlines" }, field: "topic" },
    { payload: { name: "Garden party", userId: ann, requestId: "again" }, field: "requestId" },
  ],
  answer: answer({ room: Room }),
  answered: { ok: true, room },
})

const joinRoom = request({
  summary: "Enters a room, and brings its history.",
  description:
    "Before the answer this socket hears `history`. The others in the room hear `user_joined`, unless another " +
    "socket of the same user is there. From here on this socket acts in the room as `userId`. A client that comes " +
    `back may join in its handshake instead: \`auth.rooms\` is a list of up to ${limits.handshakeRoomsMax} of these payloads.`,
  rules: ["JOIN1", "JOIN2", "JOIN3", "JOIN4", "JOIN5", "JOIN6", "JOIN7", "HIST1", "HIST2", "HIST7", "HIST8"],
  rate: "join",
  errors: ["ERR_ROOM_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    roomId: RoomId,
    userId: UserId,
    username: Username,
    avatar: v.optional(
      v.nullable(about("The address of the user's picture. Left out, the stored one stays; `null` clears it.", Avatar)),
    ),
    since: absentOr(
      about("The last `rev` that this client has of the room: `history` then holds what changed after it.", Rev),
    ),
    epoch: absentOr(about("The `epoch` that came with that `rev`.", Epoch)),
  }),
  examples: [
    { roomId, userId: ann, username: "Ann", avatar: annsAvatar },
    { roomId, userId: ann, username: "Ann", since: 42, epoch },
    { roomId: roomId.toUpperCase(), userId: ann, username: "Ann", avatar: null, since: null, epoch: null },
  ],
  mistakes: [
    { payload: { roomId: "garden", userId: ann, username: "Ann" }, field: "roomId" },
    { payload: { roomId, userId: "", username: "Ann" }, field: "userId" },
    { payload: { roomId, userId: ann, username: "A\nnn" }, field: "username" },
    { payload: { roomId, userId: ann, username: "Ann", avatar: "data:image/png;base64,AA==" }, field: "avatar" },
    { payload: { roomId, userId: ann, username: "Ann", since: -1 }, field: "since" },
    { payload: { roomId, userId: ann, username: "Ann", since: 1, epoch: 7 }, field: "epoch" },
  ],
  answer: answer({
    roomId: RoomId,
    room: Room,
    rev: about("The room's counter at this moment, as in `history`.", Rev),
    epoch: HistoryInfo.entries.epoch,
    hasMore: HistoryInfo.entries.hasMore,
    members: about(
      "Who is here now, oneself first. Where there are many, these are the first of them.",
      v.array(Member),
    ),
    memberCount: about("How many users are here now.", Count),
  }),
  answered: {
    ok: true,
    roomId,
    room,
    rev: 42,
    epoch,
    hasMore: true,
    members: [annHere, bobHere],
    memberCount: 2,
  },
})

const leaveRoom = request({
  summary: "Leaves a room.",
  description:
    "Leaving a room that this socket is not in is no error. A lost connection leaves all of them. " +
    "Who leaves stays a member, unless it is for good.",
  rules: ["LEAVE1", "LEAVE2", "MEM1"],
  rate: "other",
  errors: ["ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    roomId: RoomId,
    userId: UserId,
    forGood: v.nullish(
      about("Ends the membership too, and with it every other socket of the user leaves.", boolean),
      false,
    ),
  }),
  examples: [
    { roomId, userId: ann },
    { roomId, userId: ann, forGood: true },
  ],
  mistakes: [
    { payload: { userId: ann }, field: "roomId" },
    { payload: { roomId }, field: "userId" },
    { payload: { roomId, userId: ann, forGood: "yes" }, field: "forGood" },
  ],
  ...onlyOk,
})

const getRoom = request({
  summary: "Tells what a room is, without joining it.",
  description: "Of a public or unlisted room, or to a member. To everybody else a room does not exist.",
  rules: ["ROOM7", "MEM5"],
  rate: "other",
  errors: ["ERR_ROOM_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({ roomId: RoomId, userId: UserId }),
  examples: [{ roomId, userId: ann }],
  mistakes: [
    { payload: { userId: ann }, field: "roomId" },
    { payload: { roomId }, field: "userId" },
  ],
  answer: answer({ room: Room }),
  answered: { ok: true, room },
})

const listRooms = request({
  summary: "Lists the public rooms, latest activity first, or those whose name contains a text.",
  description: "While there is a `cursor` there may be more, even after a page that is not full.",
  rules: ["LIST1", "LIST2", "LIST3", "LIST4"],
  rate: "page",
  errors: ["ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    query: nameQuery(limits.nameLengthMax, "What the room's name must contain, whatever the case and the accents."),
    cursor: nextPage,
    limit: v.nullish(about("How many rooms the page may hold.", PageLimit), limits.roomsPageDefault),
  }),
  examples: [{ query: "garden", limit: 20 }, {}, { cursor: roomsCursor }],
  mistakes: [
    { payload: "garden", field: undefined },
    { payload: { query: "" }, field: "query" },
    { payload: { cursor: "not a cursor" }, field: "cursor" },
    { payload: { limit: limits.pageLengthMax + 1 }, field: "limit" },
  ],
  answer: answer({
    rooms: v.array(ListedRoom),
    cursor: nextCursor,
  }),
  answered: {
    ok: true,
    rooms: [{ ...room, rev: 42, memberCount: 2, lastMessageAt: message.createdAt }],
    cursor: roomsCursor,
  },
})

const roomCreated = event({
  summary: "This socket created a room.",
  description: "It goes to the creating socket alone.",
  rules: ["ROOM1"],
  args: v.tuple([Room]),
  names: ["room"],
  example: [room],
})

export const requests = {
  create_room: createRoom,
  join_room: joinRoom,
  leave_room: leaveRoom,
  get_room: getRoom,
  list_rooms: listRooms,
} as const

export const events = { room_created: roomCreated } as const

export const objects = {
  Room: { schema: Room, about: "A room." },
  ListedRoom: { schema: ListedRoom, about: "A public room, as `list_rooms` shows it." },
} as const satisfies Record<string, NamedObject>

export type Room = v.InferOutput<typeof Room>
export type ListedRoom = v.InferOutput<typeof ListedRoom>
