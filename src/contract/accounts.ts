/**
 * People that the server itself keeps (`AUTH=accounts`): what goes over HTTP before there
 * is a socket, and what administrators do about people.
 */
import * as v from "valibot"
import { answer, type NamedObject, payload, request } from "./definition.ts"
import { limits } from "./limits.ts"
import { Bytes } from "./passkeys.ts"
import { ann, bob, exampleUrl } from "./story.ts"
import { lengthOf } from "./text.ts"
import {
  about,
  absentOr,
  cleanLine,
  codePoints,
  PageLimit,
  rule,
  string,
  Timestamp,
  UserId,
  Username,
} from "./values.ts"

/** How a server knows who somebody is. */
export type Auth = "open" | "token" | "accounts"

export const Role = v.picklist(["admin", "member"], 'must be "admin" or "member"')

/** Their letters look alike: a login that mixes them is made to be taken for another. */
const alphabets = [/\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u]

const loginPattern = "^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._@+-]*$"
export const Login = v.pipe(
  string,
  codePoints(limits.loginLengthMax),
  rule<string>(
    (text) => new RegExp(loginPattern, "u").test(text.normalize("NFKC")),
    "must begin with a letter or a digit, and hold letters, digits, ., _, @, + and - only",
    { pattern: loginPattern },
  ),
  rule<string>(
    (text) => alphabets.filter((alphabet) => alphabet.test(text.normalize("NFKC"))).length <= 1,
    "must not mix Latin, Greek and Cyrillic letters, which look alike",
    {},
  ),
  v.description("What the person signs in with, whatever its case."),
)

/** One that is looked up, whose rules may have been others once. PostgreSQL takes no NUL. */
const givenLogin = v.pipe(string, codePoints(limits.loginLengthMax), cleanLine)

export const Password = v.pipe(
  string,
  rule<string>(
    (text) => {
      const length = lengthOf(text)
      return length >= limits.passwordLengthMin && length <= limits.passwordLengthMax
    },
    `must be ${limits.passwordLengthMin} to ${limits.passwordLengthMax} characters long`,
    { minLength: limits.passwordLengthMin, maxLength: limits.passwordLengthMax },
  ),
  v.description("Any text."),
)

/** Of a password that is compared, whose rules may have been others once. */
const givenPassword = v.pipe(string, codePoints(limits.passwordLengthMax))
/** 128 random bits in base64url; whatever else comes is no code of ours. */
export const Code = v.pipe(string, codePoints(64), cleanLine, v.description("What stands behind `#code=` in a link."))

const as = absentOr(
  about(
    "How the token comes: left out, in the answer; `cookie`, for the server's own page only.",
    v.picklist(["cookie"], 'must be "cookie"'),
  ),
)

export const User = v.object({
  userId: UserId,
  login: about("What the person signs in with.", v.string()),
  username: Username,
  role: about("`admin` for an administrator.", Role),
})

export const KnownUser = v.object({ ...User.entries, isActive: about("Whether the person may sign in.", v.boolean()) })

/** By what somebody may sign in. */
export interface WaysIn {
  readonly hasPassword: boolean
  /** By the provider, where the server has one. */
  readonly hasProvider: boolean
  /** How many. */
  readonly passkeys: number
}

/** What goes over HTTP, by the last part of its path. */
export const calls = {
  join: payload({
    invite: about("The code of an invite, or of the first administrator's link.", Code),
    login: Login,
    username: Username,
    password: Password,
    as,
  }),
  "sign-in": payload({
    login: about("What the person signs in with, whatever its case.", givenLogin),
    password: about("The account's.", givenPassword),
    as,
  }),
  peek: payload({ code: Code }),
  redeem: payload({
    code: Code,
    password: absentOr(about("The new one, where the link is to choose a password.", Password)),
    as,
  }),
  passkey: payload({}),
  "passkey-sign-in": payload({ id: Bytes, clientData: Bytes, authenticatorData: Bytes, signature: Bytes, as }),
  me: payload({}),
  "sign-out": payload({}),
  "my-data": payload({}),
} as const

export type Call = keyof typeof calls
export type CallPayload<C extends Call> = v.InferOutput<(typeof calls)[C]>

export const Link = v.object({
  url: about("The address to open. It is told this once.", v.string()),
  expiresAt: about("From then on it cannot be used.", Timestamp),
})

/** The same login, whatever its case and the width of its letters: Groß is GROSS, and a sigma is one wherever it stands. */
export function loginKeyOf(login: string): string {
  return login.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC")
}

const updateUser = request({
  summary: "Makes somebody an administrator or a member, or closes or opens the account.",
  description:
    "Administrators only. Whoever is deactivated is signed out everywhere within a second; what they wrote stays. " +
    "The last administrator stays one.",
  rules: ["ACC6"],
  rate: "other",
  needs: "accounts",
  errors: ["ERR_FORBIDDEN", "ERR_NOT_FOUND", "ERR_STORAGE"],
  payload: payload({
    userId: UserId,
    targetId: about("Whose account it is.", UserId),
    role: absentOr(about("`admin` or `member`.", Role)),
    isActive: absentOr(about("Whether the person may sign in.", v.boolean("must be true or false"))),
  }),
  examples: [
    { userId: ann, targetId: bob, role: "admin" },
    { userId: ann, targetId: bob, isActive: false },
  ],
  mistakes: [
    { payload: { userId: ann }, field: "targetId" },
    { payload: { userId: ann, targetId: bob, role: "owner" }, field: "role" },
    { payload: { userId: ann, targetId: bob, isActive: "no" }, field: "isActive" },
  ],
  answer: answer({ user: KnownUser }),
  answered: { ok: true, user: { userId: bob, login: "bob", username: "Bob", role: "admin", isActive: true } },
})

const listAccounts = request({
  summary: "Lists the accounts, by login.",
  description: "Administrators only.",
  rules: ["ACC6"],
  rate: "page",
  needs: "accounts",
  errors: ["ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    userId: UserId,
    after: absentOr(about("The last login of the page before.", givenLogin)),
    limit: v.nullish(about("How many the page may hold.", PageLimit), limits.roomsPageDefault),
  }),
  examples: [{ userId: ann }, { userId: ann, after: "bob", limit: 20 }],
  mistakes: [
    { payload: { userId: ann, limit: 0 }, field: "limit" },
    { payload: { userId: ann, after: "bob\0" }, field: "after" },
  ],
  answer: answer({
    users: v.array(KnownUser),
    hasMore: about("Whether there are more behind the last.", v.boolean()),
  }),
  answered: {
    ok: true,
    users: [{ userId: bob, login: "bob", username: "Bob", role: "member", isActive: true }],
    hasMore: false,
  },
})

const createResetLink = request({
  summary: "Makes a link by which somebody chooses a new password.",
  description: "Administrators only. Used, it ends all other sessions of that account.",
  rules: ["ACC6"],
  rate: "other",
  needs: "accounts",
  errors: ["ERR_FORBIDDEN", "ERR_NOT_FOUND", "ERR_STORAGE"],
  payload: payload({ userId: UserId, targetId: about("Whose account it is.", UserId) }),
  examples: [{ userId: ann, targetId: bob }],
  mistakes: [{ payload: { userId: ann }, field: "targetId" }],
  answer: answer(Link.entries),
  answered: { ok: true, url: exampleUrl, expiresAt: "2026-02-01T12:00:00.000Z" },
})

export const requests = {
  update_user: updateUser,
  list_accounts: listAccounts,
  create_reset_link: createResetLink,
} as const

export const objects = {
  Account: { schema: KnownUser, about: "An account, as administrators see it." },
} as const satisfies Record<string, NamedObject>

export type Role = v.InferOutput<typeof Role>
export type KnownUser = v.InferOutput<typeof KnownUser>
export type User = v.InferOutput<typeof User>
export type Link = v.InferOutput<typeof Link>
