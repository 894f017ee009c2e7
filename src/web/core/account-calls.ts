/** HTTP requests of the page with `AUTH=accounts`, before there is a socket. */
import { isRecord, isString } from "./kept.ts"

/** What a link is for; asking does not use it. */
export interface Peeked {
  readonly kind: "setup" | "invite" | "reset" | "device"
  readonly username?: string
  readonly roomName?: string
}

export interface CallRefusal {
  readonly code: string
  /** The field of the form. */
  readonly field?: string | undefined
}

export type Called<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly error: CallRefusal }

export type CallName = "sign-in" | "join" | "peek" | "redeem" | "passkey" | "passkey-sign-in" | "me" | "sign-out"

/** Always resolves: to the answer, the server's refusal, or LOST. */
export async function call<T>(name: CallName, body: object): Promise<Called<T>> {
  try {
    const response = await fetch(`/api/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    })
    const answer: unknown = await response.json()
    if (isRecord(answer) && typeof answer["ok"] === "boolean") return answer as Called<T>
  } catch {
    // Reported below.
  }
  return { ok: false, error: { code: "LOST" } }
}

/** The ways to sign in here. */
export interface WaysIn {
  /** Whether this server has accounts. */
  readonly hasAccounts: boolean
  /** The name of the provider, if there is one. */
  readonly signInWith: string | undefined
  /** Whether its address lets browsers have passkeys. */
  readonly hasPasskeys: boolean
  /** Whether members may invite to rooms they are in, and not only administrators. */
  readonly membersInvite: boolean
}

/** `undefined` if the server cannot be reached. */
export async function waysIn(): Promise<WaysIn | undefined> {
  try {
    const answer: unknown = await (await fetch("/api/server")).json()
    if (!isRecord(answer)) return undefined
    const { auth, signInWith, hasPasskeys, membersInvite } = answer
    return {
      hasAccounts: auth === "accounts",
      signInWith: isString(signInWith) ? signInWith : undefined,
      hasPasskeys: hasPasskeys === true,
      membersInvite: membersInvite === true,
    }
  } catch {
    return undefined
  }
}
