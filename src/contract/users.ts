/** Users: whom one may write to, and what each says of themselves. */
import * as v from "valibot"
import { answer, event, type NamedObject, onlyOk, payload, request } from "./definition.ts"
import { limitInWords } from "./limit-words.ts"
import { limits } from "./limits.ts"
import { Member } from "./people.ts"
import { ann, annHere, annsAvatar, bob, bobHere, usersCursor } from "./story.ts"
import { Avatar, about, absentOr, nameQuery, nextCursor, nextPage, PageLimit, UserId, Username } from "./values.ts"

export const User = v.object({
  ...Member.entries,
  isOnline: about("Whether one of their sockets is in a room or asked `my_rooms`, as far as is known.", v.boolean()),
})

const listUsers = request({
  summary: "Lists the users of the server, or those whose name contains a text.",
  description:
    "In the order in which they became known. While there is a `cursor` there may be more, even after a page that is " +
    "not full. With `LIST_USERS=off` it shows only people one shares a room with.",
  rules: ["USER1"],
  rate: "page",
  errors: ["ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    userId: UserId,
    query: nameQuery(limits.usernameLengthMax, "What the name must contain, whatever the case and the accents."),
    cursor: nextPage,
    limit: v.nullish(about("How many users the page may hold.", PageLimit), limits.usersPageDefault),
  }),
  examples: [{ userId: ann }, { userId: ann, query: "bo", limit: 20 }, { userId: ann, cursor: usersCursor }],
  mistakes: [
    { payload: { userId: ann, query: "" }, field: "query" },
    { payload: { userId: ann, cursor: "not a cursor" }, field: "cursor" },
    { payload: { userId: ann, limit: limits.pageLengthMax + 1 }, field: "limit" },
  ],
  answer: answer({
    users: v.array(User),
    cursor: nextCursor,
  }),
  answered: { ok: true, users: [{ ...bobHere, isOnline: true }], cursor: usersCursor },
})

const getUser = request({
  summary: "Tells who a user is.",
  description: "With `LIST_USERS=off` only of people one shares a room with.",
  rules: ["USER1"],
  rate: "other",
  errors: ["ERR_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({ userId: UserId, targetId: about("Whom to tell of.", UserId) }),
  examples: [{ userId: ann, targetId: bob }],
  mistakes: [{ payload: { userId: ann }, field: "targetId" }],
  answer: answer({ user: User }),
  answered: { ok: true, user: { ...bobHere, isOnline: true } },
})

const updateProfile = request({
  summary: "Changes the user's own name or picture.",
  description:
    "What is left out stays; `avatar: null` clears the picture. To upload one, send it to `/files` and give the absolute " +
    "address of the file that is answered: it is kept while it is the user's picture. What a token says cannot be changed here. With accounts " +
    "this is kept, whatever a join says. People who share a room hear `user_updated`.",
  rules: ["USER2"],
  rate: "other",
  errors: ["ERR_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    userId: UserId,
    username: absentOr(Username),
    avatar: v.optional(v.nullable(about("The address of the picture; `null` clears it.", Avatar))),
  }),
  saysProfile: true,
  examples: [
    { userId: ann, username: "Ann-Marie", avatar: annsAvatar },
    { userId: ann, avatar: null },
  ],
  mistakes: [
    { payload: { userId: ann, avatar: "data:image/png;base64,AA==" }, field: "avatar" },
    { payload: { userId: ann, username: " " }, field: "username" },
  ],
  ...onlyOk,
})

const PresenceUpdated = v.object({
  online: about("Who came.", v.array(UserId)),
  offline: about("Who went.", v.array(UserId)),
})

const presenceUpdated = event({
  summary: "People with whom the user shares a room came online or went away.",
  description:
    `To sockets that asked \`my_rooms\`, once it has lasted ${limitInWords("presenceIntervalMs")}, and no sooner than that ` +
    "after the last one. A connection that flaps is silent. " +
    `In a room of which more than ${limits.crowdedAbove} people hear, nobody is told.`,
  rules: ["USER3", "PERS1"],
  args: v.tuple([PresenceUpdated]),
  names: ["presence"],
  example: [{ online: [ann], offline: [bob] }],
})

const userUpdated = event({
  summary: "Somebody with whom the user shares a room has another name or picture, or the user has.",
  description: "To sockets that asked `my_rooms`.",
  rules: ["USER2", "PERS1"],
  args: v.tuple([Member]),
  names: ["user"],
  example: [annHere],
})

export const requests = { list_users: listUsers, get_user: getUser, update_profile: updateProfile } as const

export const events = { user_updated: userUpdated, presence_updated: presenceUpdated } as const

export const objects = {
  User: { schema: User, about: "A user of the server." },
  PresenceUpdated: { schema: PresenceUpdated, about: "Who came online, and who went." },
} as const satisfies Record<string, NamedObject>
