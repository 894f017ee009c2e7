/** Links by which people come: to the server, and to a room. */
import * as v from "valibot"
import { Code } from "./accounts.ts"
import { answer, type NamedObject, onlyOk, onlyUserId, payload, request } from "./definition.ts"
import { limits } from "./limits.ts"
import { MyRoom } from "./my-rooms.ts"
import { ann, exampleUrl, inviteId, room, roomId } from "./story.ts"
import { about, absentOr, Count, InviteId, RoomId, Timestamp, UserId, wholeNumber } from "./values.ts"

const uses = wholeNumber(1, limits.inviteUsesMax, `must be a whole number from 1 to ${limits.inviteUsesMax}`)
const expiresInMs = wholeNumber(
  1_000,
  limits.inviteMaxMs,
  `must be a whole number from 1,000 to ${limits.inviteMaxMs.toLocaleString("en")}`,
)

export const Invite = v.object({
  id: InviteId,
  uses: about("How many people may use it.", Count),
  usesLeft: about("How many still may.", Count),
  expiresAt: about("From then on it cannot be used.", Timestamp),
  creatorId: v.nullable(about("Who made it; `null` is the terminal of the server.", UserId)),
  roomId: v.optional(about("The room that it leads to.", RoomId)),
})

const NewInvite = v.object({
  ...Invite.entries,
  url: about("The address to send. It is told this once.", v.string()),
})

const example = { id: inviteId, uses: 25, usesLeft: 25, expiresAt: "2026-02-07T12:00:00.000Z", creatorId: ann, roomId }

const createInvite = request({
  summary: "Makes a link that lets people create accounts.",
  description:
    "By administrators; where `INVITES=members`, by everybody for rooms they are in. " +
    "Whoever uses it is a member of the room as well, and a member of the server and no more.",
  rules: ["ACC5"],
  rate: "other",
  needs: "accounts",
  errors: ["ERR_FORBIDDEN", "ERR_NOT_IN_ROOM", "ERR_STORAGE"],
  payload: payload({
    userId: UserId,
    roomId: absentOr(RoomId),
    uses: v.nullish(about("How many people may use it.", uses), limits.inviteUsesDefault),
    expiresInMs: v.nullish(about("How long it can be used.", expiresInMs), limits.inviteDefaultMs),
  }),
  examples: [
    { userId: ann, roomId },
    { userId: ann, uses: 1, expiresInMs: 3_600_000 },
  ],
  mistakes: [
    { payload: { userId: ann, roomId: "garden" }, field: "roomId" },
    { payload: { userId: ann, uses: 0 }, field: "uses" },
    { payload: { userId: ann, expiresInMs: limits.inviteMaxMs + 1 }, field: "expiresInMs" },
  ],
  answer: answer({
    invite: about("The invite, with its address.", NewInvite),
  }),
  answered: { ok: true, invite: { ...example, url: exampleUrl } },
})

const listInvites = request({
  summary: "Lists the invites that can still be used, the newest first.",
  description: "Administrators see all, everybody else their own. Their addresses are known to nobody any more.",
  rules: ["ACC5"],
  rate: "page",
  needs: "accounts",
  errors: ["ERR_FORBIDDEN", "ERR_STORAGE"],
  ...onlyUserId,
  answer: answer({ invites: v.array(Invite) }),
  answered: { ok: true, invites: [example] },
})

const revokeInvite = request({
  summary: "Ends an invite.",
  description: "One's own, or any as an administrator. One that has ended is no error.",
  rules: ["ACC5"],
  rate: "other",
  needs: "accounts",
  errors: ["ERR_FORBIDDEN", "ERR_NOT_FOUND", "ERR_STORAGE"],
  payload: payload({ userId: UserId, inviteId: InviteId }),
  examples: [{ userId: ann, inviteId }],
  mistakes: [{ payload: { userId: ann }, field: "inviteId" }],
  ...onlyOk,
})

const acceptInvite = request({
  summary: "Makes somebody who has an account a member of the room that an invite leads to.",
  description:
    "Of General, where it leads to no other. Who is a member already uses up nothing; `join_room` comes next, as ever.",
  rules: ["ACC5"],
  rate: "other",
  needs: "accounts",
  errors: ["ERR_FORBIDDEN", "ERR_NOT_FOUND", "ERR_STORAGE"],
  payload: payload({ userId: UserId, code: Code }),
  examples: [{ userId: ann, code: "q83vEjRWeJASNFZ4mrze8A" }],
  mistakes: [
    { payload: { userId: ann }, field: "code" },
    { payload: { userId: ann, code: 7 }, field: "code" },
  ],
  answer: answer({ room: MyRoom }),
  answered: {
    ok: true,
    room: {
      ...room,
      role: "member",
      ...{ rev: 42, readSeq: 42, unread: 0, mentions: 0, lastMessage: null, lastMessageAt: null },
      notify: "mentions",
    },
  },
})

export const requests = {
  create_invite: createInvite,
  list_invites: listInvites,
  revoke_invite: revokeInvite,
  accept_invite: acceptInvite,
} as const

export const objects = {
  Invite: { schema: Invite, about: "A link by which people come." },
  NewInvite: { schema: NewInvite, about: "An invite, as whoever made it is told, once." },
} as const satisfies Record<string, NamedObject>

export type Invite = v.InferOutput<typeof Invite>
