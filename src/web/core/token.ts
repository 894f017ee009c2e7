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

/** The token of a link such as `https://chat.example.com/#token=…`. */
export function tokenInFragment(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("token")?.trim() || undefined
}

/** What a person pasted: the token itself, or the link that holds it. */
export function tokenInText(pasted: string): string | undefined {
  const token = tokenInFragment(pasted.slice(pasted.indexOf("#") + 1)) ?? pasted.trim()
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
