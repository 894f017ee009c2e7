/** What members may do to members: adding and removing them, their roles, and bans. */
import * as v from "valibot"
import { answer, type NamedObject, onlyOk, payload, request } from "./definition.ts"
import { limits } from "./limits.ts"
import { Member } from "./people.ts"
import { ann, bob, bobHere, message, namesCursor, roomId } from "./story.ts"
import { about, boolean, nextCursor, nextPage, PageLimit, Role, RoomId, Timestamp, UserId } from "./values.ts"

export const BannedUser = v.object({ ...Member.entries, bannedAt: about("Since when.", Timestamp) })

const targetId = about("The user whom it is about.", UserId)
const place = { roomId: RoomId, userId: UserId }
const errors = ["ERR_NOT_IN_ROOM", "ERR_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"] as const
const typical = { roomId, userId: ann, targetId: bob }
const mistakes = [
  { payload: { userId: ann, targetId: bob }, field: "roomId" },
  { payload: { roomId, targetId: bob }, field: "userId" },
  { payload: { roomId, userId: ann }, field: "targetId" },
] as const

const addMember = request({
  summary: "Makes somebody a member of a room.",
  description:
    "For members. Whoever is added need not join to belong to it. It lifts no ban. Somebody who is a member already stays as they are.",
  rules: ["MEM4", "OPEN1"],
  rate: "other",
  needs: "people",
  errors,
  payload: payload({ ...place, targetId }),
  examples: [typical],
  mistakes,
  ...onlyOk,
})

const setRole = request({
  summary: "Says what a member may do in a room.",
  description: "For owners. The last of them stays one.",
  rules: ["MEM4", "MEM1", "OPEN1"],
  rate: "other",
  needs: "people",
  errors,
  payload: payload({ ...place, targetId, role: Role }),
  examples: [{ ...typical, role: "moderator" }],
  mistakes: [...mistakes, { payload: { ...typical, role: "king" }, field: "role" }],
  ...onlyOk,
})

const removeMember = request({
  summary: "Ends somebody's membership of a room.",
  description:
    "For moderators, of somebody lower. All their sockets are put out of the room at once, on every server: " +
    "they and the others hear `user_left` with reason `removed`.",
  rules: ["MEM4", "MEM5", "OPEN1"],
  rate: "other",
  needs: "people",
  errors,
  payload: payload({
    ...place,
    targetId,
    ban: v.nullish(about("Keeps them out until `unban_member`.", boolean), false),
  }),
  examples: [typical, { ...typical, ban: true }],
  mistakes: [...mistakes, { payload: { ...typical, ban: 1 }, field: "ban" }],
  ...onlyOk,
})

const unbanMember = request({
  summary: "Lifts a ban.",
  description: "For moderators. It makes nobody a member.",
  rules: ["MEM4", "OPEN1"],
  rate: "other",
  needs: "people",
  errors,
  payload: payload({ ...place, targetId }),
  examples: [typical],
  mistakes,
  ...onlyOk,
})

const listBanned = request({
  summary: "Lists who is banned from a room.",
  description: "For moderators.",
  rules: ["MEM4", "OPEN1"],
  rate: "page",
  needs: "people",
  errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    ...place,
    cursor: nextPage,
    limit: v.nullish(about("How many users the page may hold.", PageLimit), limits.membersPageDefault),
  }),
  examples: [{ roomId, userId: ann }],
  mistakes: [
    { payload: { userId: ann }, field: "roomId" },
    { payload: { roomId, userId: ann, limit: 0 }, field: "limit" },
    { payload: { roomId, userId: ann, cursor: "not a cursor" }, field: "cursor" },
  ],
  answer: answer({
    users: v.array(BannedUser),
    cursor: nextCursor,
  }),
  answered: { ok: true, users: [{ ...bobHere, bannedAt: message.createdAt }], cursor: namesCursor },
})

export const requests = {
  add_member: addMember,
  set_role: setRole,
  remove_member: removeMember,
  unban_member: unbanMember,
  list_banned: listBanned,
} as const

export const objects = {
  BannedUser: { schema: BannedUser, about: "A user who may not enter a room." },
} as const satisfies Record<string, NamedObject>
