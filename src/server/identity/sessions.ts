/** A handshake with an account: a session's token identifies the user, sent by the client or in a cookie. */
import type { Accounts } from "../../accounts/accounts.ts"
import { ChatError } from "../../contract/errors.ts"
import { type OriginRules, provenanceOf } from "../http/origin.ts"
import { tokenInCookie } from "./cookie.ts"
import { type Handshake, type Identify, NothingShown } from "./identify.ts"

/** 256 bits in base64url. */
const tokenPattern = /^[\w-]{43}$/

const signInFirst = "Sign in first: this needs the token of a session."

export function bySession(accounts: Accounts, origins: OriginRules): Identify {
  return async (handshake) => {
    const token = tokenOf(handshake, origins)
    if (token === undefined) throw new NothingShown(signInFirst)
    if (typeof token !== "string" || !tokenPattern.test(token))
      throw new ChatError("ERR_UNAUTHORIZED", { message: signInFirst })
    const { sessionId, ...identity } = await accounts.admit(token)
    return { ...identity, avatar: undefined, signInId: sessionId, keepsProfile: true }
  }
}

function tokenOf({ token, header }: Handshake, origins: OriginRules): unknown {
  if (token !== undefined && token !== null && token !== "") return token
  return tokenInCookie(header("cookie"), provenanceOf(header), origins)
}
