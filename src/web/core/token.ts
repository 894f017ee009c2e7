/**
 * The token of AUTH=token, as far as the page needs to look into it: whom it names. Only
 * the server can tell whether it is genuine; here it is read, never trusted.
 */
import { isRecord } from "./kept.ts"

export interface Claims {
  readonly userId: string
  /** The server prefers these over what the page says. */
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

/** What a link brings behind its #: a `token`, or the `code` of an invite. */
export function inFragment(fragment: string, name: "token" | "code"): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, "")).get(name)?.trim() || undefined
}

/** What a person pasted: the token itself, or the link that holds it. */
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
