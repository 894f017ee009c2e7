/**
 * People that the server keeps (AUTH=accounts): what the page asks over HTTP before there is a socket. The token is a
 * cookie that no script can read, so what is known here is only whose it is.
 */
import { texts } from "../texts/texts.ts"
import { isRecord, isString } from "./kept.ts"

export interface Account {
  readonly userId: string
  readonly login: string
  readonly username: string
  readonly role: "admin" | "member"
}

/** What a link is for, as the server says without using it. */
export interface Peeked {
  readonly kind: "setup" | "invite" | "reset" | "device"
  readonly username?: string
  readonly roomName?: string
}

export interface CallRefusal {
  readonly code: string
  readonly message: string
  /** Of the form. */
  readonly field?: string
}

export type Called<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly error: CallRefusal }

export type CallName = "sign-in" | "join" | "peek" | "redeem" | "sign-out"

/** Resolves always: with the answer, the server's refusal, or LOST. */
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
    // Said below.
  }
  return { ok: false, error: { code: "LOST", message: texts().problems.lost } }
}

/** Whether this server keeps its people itself. `undefined` where it cannot be asked. */
export async function keepsAccounts(): Promise<boolean | undefined> {
  try {
    const answer: unknown = await (await fetch("/api/server")).json()
    return isRecord(answer) ? answer["auth"] === "accounts" : undefined
  } catch {
    return undefined
  }
}

export function isAccount(value: unknown): value is Account {
  return isRecord(value) && [value["userId"], value["login"], value["username"], value["role"]].every(isString)
}

/** The code of a link such as `https://chat.example.com/#code=…`. */
export function codeInFragment(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("code")?.trim() || undefined
}
