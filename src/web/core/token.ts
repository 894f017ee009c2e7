/**
 * The token of AUTH=token, as far as the page needs its contents: whom it names. Only the
 * server can tell whether it is valid; here it is read, not trusted.
 */
import { isRecord } from "./kept.ts"

export interface Claims {
  readonly userId: string
  /** These win over what the page says. */
  readonly username: string | undefined
  readonly avatar: string | undefined
}

/** `undefined` for what is not a JWT with a subject. */
export function claimsOf(token: string): Claims | undefined {
  const [, payload, signature] = token.split(".")
  if (payload === undefined || signature === undefined) return undefined
  const claims = decode(payload)
  if (!isRecord(claims) || typeof claims["sub"] !== "string") return undefined
  return { userId: claims["sub"], username: text(claims["name"]), avatar: text(claims["avatar"]) }
}

/** What a link contains after its #: a `token`, or the `code` of an invite. */
export function inFragment(fragment: string, name: "token" | "code"): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, "")).get(name)?.trim() || undefined
}

/** Pasted text: the token itself, or a link that contains it. */
export function tokenInText(pasted: string): string | undefined {
  const token = inFragment(pasted.slice(pasted.indexOf("#") + 1), "token") ?? pasted.trim()
  return claimsOf(token) === undefined ? undefined : token
}

function decode(part: string): unknown {
  try {
    const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"))
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))))
  } catch {
    return undefined
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined
}
