/** People: who somebody is to others, who is in a room now, who is typing. */
import * as v from "valibot"
import { answer, event, type NamedObject, onlyOk, payload, request } from "./definition.ts"
import { limitInWords } from "./limit-words.ts"
import { limits } from "./limits.ts"
import { ann, annHere, bob, bobHere, membersCursor, roomId } from "./story.ts"
import { Avatar, about, Count, nextCursor, nextPage, RoomId, UserId, Username } from "./values.ts"

export const Profile = v.object({
  username: Username,
  avatar: v.nullable(about("The address of the user's picture; `null` without one.", Avatar)),
})
export const Member = v.object({ userId: UserId, ...Profile.entries })

const UserJoined = v.object({ roomId: RoomId, ...Member.entries })
const UserLeft = v.object({
  roomId: RoomId,
  userId: UserId,
  reason: about(
    "Whether the user left the room, its last connection ended, it was removed, or the room was deleted.",
    v.picklist(["leave", "disconnect", "removed", "deleted"]),
  ),
})
const UserTyping = v.object({
  roomId: RoomId,
  userId: UserId,
  isTyping: about("`false` ends what a `true` began.", v.boolean()),
})
const RoomPresence = v.object({
  roomId: RoomId,
  memberCount: about("How many users are here now.", Count),
})

const typing = request({
  summary: "Tells the others in a room that the user types, or no longer does.",
  description: `It ends by itself after ${limitInWords("typingSilenceMs")} without another \`true\`, and with the user's next message.`,
  rules: ["TYPE1", "TYPE2", "TYPE3"],
  rate: "other",
  errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN"],
  payload: payload({
    roomId: RoomId,
    userId: UserId,
    isTyping: about("Repeat `true` while the user types.", v.boolean("must be true or false")),
  }),
  examples: [{ roomId, userId: ann, isTyping: true }],
  mistakes: [{ payload: { roomId, userId: ann, isTyping: "yes" }, field: "isTyping" }],
  ...onlyOk,
})

const getMembers = request({
  summary: "Tells who is in a room now.",
  description: `\`join_room\` names the first ${limits.membersLengthMax}; this pages through all of them.`,
  rules: ["HERE1"],
  rate: "other",
  errors: ["ERR_NOT_IN_ROOM"],
  payload: payload({ roomId: RoomId, cursor: nextPage }),
  examples: [{ roomId }, { roomId, cursor: membersCursor }],
  mistakes: [
    { payload: {}, field: "roomId" },
    { payload: { roomId, cursor: 7 }, field: "cursor" },
  ],
  answer: answer({
    members: v.array(Member),
    cursor: nextCursor,
  }),
  answered: { ok: true, members: [annHere, bobHere] },
})

const userJoined = event({
  summary: "A user is in the room now.",
  description: "Sent to all other sockets in the room when the user's first socket joins. A second socket is not told.",
  rules: ["JOIN4", "JOIN8"],
  args: v.tuple([UserJoined]),
  names: ["user"],
  example: [{ roomId, ...bobHere }],
})

const userLeft = event({
  summary: "A user is no longer in the room.",
  description:
    "Sent when the user's last socket leaves or loses its connection. A server that stops sends none. " +
    "A socket that is put out of a room hears it about its own user.",
  rules: ["LEAVE1", "LEAVE2", "MEM1", "JOIN4", "JOIN8"],
  args: v.tuple([UserLeft]),
  names: ["user"],
  example: [{ roomId, userId: bob, reason: "disconnect" }],
})

const userTyping = event({
  summary: "A user types in the room, or no longer does.",
  description: `A \`true\` is repeated after ${limitInWords("typingIntervalMs")} at the soonest, and is always followed by a \`false\`.`,
  rules: ["TYPE1", "TYPE2", "TYPE3"],
  args: v.tuple([UserTyping]),
  names: ["user"],
  example: [{ roomId, userId: bob, isTyping: true }],
})

const roomPresence = event({
  summary: "How many are in a crowded room now.",
  description:
    `In a room with more than ${limits.crowdedAbove} users here it stands in for \`user_joined\` and \`user_left\`, ` +
    `${limitInWords("crowdIntervalMs")} after the one before at the soonest.`,
  rules: ["JOIN8"],
  args: v.tuple([RoomPresence]),
  names: ["presence"],
  example: [{ roomId, memberCount: 1_204 }],
})

export const requests = { typing, get_members: getMembers } as const

export const events = {
  user_joined: userJoined,
  user_left: userLeft,
  user_typing: userTyping,
  room_presence: roomPresence,
} as const

export const objects = {
  Profile: {
    schema: Profile,
    about: "What others see of a user, as it is when it is read: a rename shows in old messages too.",
  },
  Member: { schema: Member, about: "A user who is in a room now." },
  UserJoined: { schema: UserJoined, about: "Who is in the room now." },
  UserLeft: { schema: UserLeft, about: "Who is no longer in the room." },
  UserTyping: { schema: UserTyping, about: "Who types in the room, or no longer does." },
  RoomPresence: { schema: RoomPresence, about: "How many users are in a room." },
} as const satisfies Record<string, NamedObject>

export type Profile = v.InferOutput<typeof Profile>
export type Member = v.InferOutput<typeof Member>
