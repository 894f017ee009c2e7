/** What becomes of a room, and the rooms that people open to speak to each other. */
import * as v from "valibot"
import { answer, onlyOk, payload, request } from "./definition.ts"
import { limits } from "./limits.ts"
import { MyRoom } from "./my-rooms.ts"
import { Room } from "./rooms.ts"
import { ann, bob, bobHere, directRoom, room, roomId } from "./story.ts"
import { about, absentOr, atMost, KeepDays, RoomId, RoomName, Topic, UserId } from "./values.ts"

const place = { roomId: RoomId, userId: UserId }

const updateRoom = request({
  summary: "Changes a room's name, its topic, who finds it, or how long it keeps messages.",
  description:
    "Name and topic for moderators, `visibility` and `keepDays` for owners. A private room stays private. What is left out stays.",
  rules: ["ROOM4", "ROOM8", "OPEN1"],
  rate: "other",
  needs: "people",
  errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    ...place,
    name: absentOr(RoomName),
    topic: absentOr(Topic),
    visibility: absentOr(
      about(
        "Whether `list_rooms` shows it to everybody, or only its id opens it.",
        v.picklist(["public", "unlisted"], 'must be "public" or "unlisted"'),
      ),
    ),
    keepDays: absentOr(
      about(
        "After how many days a message is removed, for good. With 0 the server's own rule alone holds again.",
        KeepDays,
      ),
    ),
  }),
  examples: [
    { roomId, userId: ann, topic: room.topic },
    { roomId, userId: ann, keepDays: 90 },
    { roomId, userId: ann, name: room.name, visibility: "unlisted" },
    { roomId, userId: ann, topic: "" },
  ],
  mistakes: [
    { payload: { userId: ann }, field: "roomId" },
    { payload: { roomId, userId: ann, name: " " }, field: "name" },
    { payload: { roomId, userId: ann, topic: "x".repeat(limits.topicLengthMax + 1) }, field: "topic" },
    { payload: { roomId, userId: ann, topic: "two\nlines" }, field: "topic" },
    { payload: { roomId, userId: ann, visibility: "private" }, field: "visibility" },
    { payload: { roomId, userId: ann, keepDays: -1 }, field: "keepDays" },
    { payload: { roomId, userId: ann, keepDays: limits.keepDaysMax + 1 }, field: "keepDays" },
  ],
  answer: answer({ room: Room }),
  answered: { ok: true, room },
})

const deleteRoom = request({
  summary: "Deletes a room, with everything in it.",
  description:
    "For owners. Its sockets hear `user_left` about their own user, with reason `deleted`. Its id and its messages' " +
    "ids are free for nobody. Whoever deleted it may ask again; to all others it never was.",
  rules: ["ROOM5", "OPEN1"],
  rate: "other",
  needs: "people",
  errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload(place),
  examples: [{ roomId, userId: ann }],
  mistakes: [
    { payload: { userId: ann }, field: "roomId" },
    { payload: { roomId }, field: "userId" },
  ],
  ...onlyOk,
})

const someUsers = `must be 1 to ${limits.directPeersMax} users`

const openDirect = request({
  summary: "Opens the room in which exactly these people speak.",
  description:
    "There is one for each set of people, whoever of them asks and however often. `leave_room` with `forGood` puts it " +
    "away until its next message.",
  rules: ["ROOM6", "OPEN1"],
  rate: "other",
  needs: "people",
  errors: ["ERR_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    userId: UserId,
    targetIds: v.pipe(
      atMost(limits.directPeersMax, v.array(UserId, "must be a list"), someUsers),
      v.minLength(1, someUsers),
      v.description("The others."),
    ),
  }),
  examples: [{ userId: ann, targetIds: [bob] }],
  mistakes: [
    { payload: { userId: ann }, field: "targetIds" },
    { payload: { userId: ann, targetIds: [] }, field: "targetIds" },
    { payload: { userId: ann, targetIds: Array(limits.directPeersMax + 1).fill(bob) }, field: "targetIds" },
    { payload: { userId: ann, targetIds: [""] }, field: "targetIds.0" },
  ],
  answer: answer({ room: MyRoom }),
  answered: {
    ok: true,
    room: {
      ...directRoom,
      role: "member",
      ...{ rev: 0, readSeq: 0, unread: 0, mentions: 0, lastMessage: null, lastMessageAt: null },
      notify: "all",
      peers: [{ ...bobHere, isOnline: true }],
    },
  },
})

export const requests = { update_room: updateRoom, delete_room: deleteRoom, open_direct: openDirect } as const
