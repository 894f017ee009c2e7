/** Members: who belongs to a room, here or not, and what each may do there. */
import * as v from "valibot"
import { answer, type NamedObject, payload, request } from "./definition.ts"
import { limits } from "./limits.ts"
import { Member } from "./people.ts"
import { ann, annHere, bobHere, namesCursor, room, roomId } from "./story.ts"
import { User } from "./users.ts"
import { about, Count, nameQuery, nextCursor, nextPage, PageLimit, Role, RoomId, Timestamp, UserId } from "./values.ts"

export const RoomMember = v.object({
  ...Member.entries,
  role: Role,
  isHere: about("Whether they are in the room now.", v.boolean()),
  isOnline: User.entries.isOnline,
  joinedAt: about("When they became a member.", Timestamp),
})

const listMembers = request({
  summary: "Lists who belongs to a room, here or not, by name.",
  description:
    "For members, whether this socket has joined or not. With `AUTH=open`, where nobody is known to be who they say, " +
    "it shows public rooms and those this socket is in.",
  rules: ["MEM3", "OPEN1"],
  rate: "page",
  errors: ["ERR_FORBIDDEN", "ERR_NOT_IN_ROOM", "ERR_STORAGE"],
  payload: payload({
    roomId: RoomId,
    userId: UserId,
    query: nameQuery(limits.usernameLengthMax, "What the name must contain, whatever the case and the accents."),
    cursor: nextPage,
    limit: v.nullish(about("How many members the page may hold.", PageLimit), limits.membersPageDefault),
  }),
  examples: [
    { roomId, userId: ann },
    { roomId, userId: ann, query: "bo", limit: 20 },
    { roomId, userId: ann, cursor: namesCursor },
  ],
  mistakes: [
    { payload: { userId: ann }, field: "roomId" },
    { payload: { roomId }, field: "userId" },
    { payload: { roomId, userId: ann, query: "" }, field: "query" },
    { payload: { roomId, userId: ann, cursor: "not a cursor" }, field: "cursor" },
    { payload: { roomId, userId: ann, limit: limits.pageLengthMax + 1 }, field: "limit" },
  ],
  answer: answer({
    members: v.array(RoomMember),
    total: about("How many there are in all, on this page or not; of those asked for, if there is a `query`.", Count),
    online: about("How many of these are online.", Count),
    cursor: nextCursor,
  }),
  answered: {
    ok: true,
    members: [
      { ...annHere, role: "owner", isHere: true, isOnline: true, joinedAt: room.createdAt },
      { ...bobHere, role: "member", isHere: false, isOnline: true, joinedAt: "2026-01-31T12:30:00.000Z" },
    ],
    total: 204,
    online: 7,
    cursor: namesCursor,
  },
})

export const requests = { list_members: listMembers } as const

export const objects = {
  RoomMember: { schema: RoomMember, about: "A user who belongs to a room, here or not." },
} as const satisfies Record<string, NamedObject>
