/** Where an account is signed in: one session for each browser or program. */
import * as v from "valibot"
import { Link, Password } from "./accounts.ts"
import { answer, type NamedObject, onlyOk, onlyUserId, payload, request } from "./definition.ts"
import { limits } from "./limits.ts"
import { ann, exampleUrl, sessionId } from "./story.ts"
import { about, absentOr, codePoints, SignInId, string, Timestamp, UserId } from "./values.ts"

export const AccountSession = v.object({
  id: SignInId,
  client: about("What the browser or program calls itself; any text.", v.string()),
  createdAt: Timestamp,
  usedAt: about("When it last connected, about.", Timestamp),
  isCurrent: about("Whether it is the one that asks.", v.boolean()),
})

const errors = ["ERR_FORBIDDEN", "ERR_STORAGE"] as const

const listSessions = request({
  summary: "Lists where one is signed in, the latest used first.",
  description: "One's own sessions, and nobody else's.",
  rules: ["ACC3"],
  rate: "page",
  needs: "accounts",
  errors,
  ...onlyUserId,
  answer: answer({ sessions: v.array(AccountSession) }),
  answered: {
    ok: true,
    sessions: [
      {
        id: sessionId,
        client: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        createdAt: "2026-01-31T12:00:00.000Z",
        usedAt: "2026-01-31T12:00:00.000Z",
        isCurrent: true,
      },
    ],
  },
})

const endSession = request({
  summary: "Signs out one of one's own sessions.",
  description: "Its sockets hear `ERR_UNAUTHORIZED` and are closed within a second. One that has ended is no error.",
  rules: ["ACC3"],
  rate: "other",
  needs: "accounts",
  errors,
  payload: payload({ userId: UserId, sessionId: SignInId }),
  examples: [{ userId: ann, sessionId }],
  mistakes: [
    { payload: { userId: ann }, field: "sessionId" },
    { payload: { userId: ann, sessionId: "this" }, field: "sessionId" },
  ],
  ...onlyOk,
})

const signOut = request({
  summary: "Signs this session out.",
  description: "After the answer this socket hears `ERR_UNAUTHORIZED`, and is closed.",
  rules: ["ACC3"],
  rate: "other",
  needs: "accounts",
  errors,
  ...onlyUserId,
  ...onlyOk,
})

const linkDevice = request({
  summary: "Makes a link that signs another device in to this account.",
  description: "It works once. Show it as a QR code, to nobody else.",
  rules: ["ACC3"],
  rate: "other",
  needs: "accounts",
  errors,
  ...onlyUserId,
  answer: answer(Link.entries),
  answered: { ok: true, url: exampleUrl, expiresAt: "2026-01-31T12:05:00.000Z" },
})

const changePassword = request({
  summary: "Changes one's password, or sets the first.",
  description:
    "All other sessions end, and the links that would sign in to the account. Who came by a provider has none at first, and leaves `old` out: within 15 minutes of signing in on this device, else `ERR_FORBIDDEN`; a link from another device does not count as signing in.",
  rules: ["ACC3", "ACC4"],
  rate: "other",
  needs: "accounts",
  errors,
  payload: payload({
    userId: UserId,
    old: absentOr(about("The one that holds up to now.", v.pipe(string, codePoints(limits.passwordLengthMax)))),
    new: Password,
  }),
  examples: [
    { userId: ann, old: "correct horse battery", new: "staple staple staple" },
    { userId: ann, new: "staple staple staple" },
  ],
  mistakes: [
    { payload: { userId: ann, old: "correct horse battery" }, field: "new" },
    { payload: { userId: ann, old: "correct horse battery", new: "too short" }, field: "new" },
    { payload: { userId: ann, old: 7, new: "staple staple staple" }, field: "old" },
  ],
  ...onlyOk,
})

const unlinkProvider = request({
  summary: "Ends signing in to this account by the provider.",
  description:
    "All other sessions end, and the links that would sign in to the account. `ERR_FORBIDDEN` where nothing else signs in to it: set a password first. Where nobody may sign in so, it is no error.",
  rules: ["ACC8"],
  rate: "other",
  needs: "accounts",
  errors,
  ...onlyUserId,
  ...onlyOk,
})

export const requests = {
  list_sessions: listSessions,
  end_session: endSession,
  sign_out: signOut,
  link_device: linkDevice,
  change_password: changePassword,
  unlink_provider: unlinkProvider,
} as const

export const objects = {
  AccountSession: { schema: AccountSession, about: "A browser or program that is signed in." },
} as const satisfies Record<string, NamedObject>

export type AccountSession = v.InferOutput<typeof AccountSession>
