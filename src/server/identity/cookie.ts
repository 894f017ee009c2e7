/**
 * The cookie with the token of this server's own page: no script can read it, and browsers
 * do not send it for pages of other sites. It counts only if the browser says that the
 * server's own page asks. Under https its name guarantees that nobody else has set it.
 */
import { limits } from "../../contract/limits.ts"
import { hostOf } from "../http/host.ts"
import { isOwnPage, type OriginRules, type Provenance } from "../http/origin.ts"

/** The token, if there is one that counts. */
export function tokenInCookie(text: string | null, provenance: Provenance, rules: OriginRules): string | undefined {
  if (text === null || !isOwnPage(provenance, rules)) return undefined
  const cookies = cookiesIn(text)
  return namesOf(provenance, rules)
    .map((name) => cookies.get(name))
    .find((token) => token !== undefined)
}

/** `Set-Cookie`, for a page of this server's own; an empty token ends it. */
export function cookieWith(token: string, provenance: Provenance, rules: OriginRules): string {
  const [name = ""] = namesOf(provenance, rules)
  const seconds = token === "" ? 0 : limits.sessionAgeMaxMs / 1_000
  return setCookie(name, token, { sameSite: "Strict", seconds })
}

/** The cookie of a sign-in in progress at the provider, whose answer comes from another site. */
export function flowInCookie(text: string | null, provenance: Provenance, rules: OriginRules): string | undefined {
  const [name = ""] = namesOf(provenance, rules)
  return cookiesIn(text ?? "").get(name + flowSuffix)
}

/** `Set-Cookie`; an empty text ends it. */
export function flowCookieWith(text: string, provenance: Provenance, rules: OriginRules): string {
  const [name = ""] = namesOf(provenance, rules)
  const seconds = text === "" ? 0 : limits.outsideSignInMs / 1_000
  return setCookie(name + flowSuffix, text, { sameSite: "Lax", seconds })
}

const flowSuffix = "-oidc"
const securePrefix = "__Host-"

function setCookie(
  name: string,
  value: string,
  { sameSite, seconds }: { readonly sameSite: "Strict" | "Lax"; readonly seconds: number },
): string {
  const secure = name.startsWith(securePrefix) ? "; Secure" : ""
  return `${name}=${value}; Path=/; HttpOnly; SameSite=${sameSite}; Max-Age=${seconds}${secure}`
}

function cookiesIn(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(";").map((pair) => splitAt(pair.trim())))
}

/** Cookies belong to a host, whatever its port: two servers on one machine need different names. */
function namesOf({ origin, host }: Provenance, { publicOrigin }: OriginRules): string[] {
  const own = publicOrigin ?? origin?.toLowerCase()
  const port = (isSecure: boolean) => {
    const named = publicOrigin === undefined ? hostOf(host ?? "")?.port : new URL(publicOrigin).port
    return named || (isSecure ? "443" : "80")
  }
  const name = (isSecure: boolean) => `${isSecure ? securePrefix : ""}warren-${port(isSecure)}`
  // Without an origin the browser does not say which of the two applies.
  if (own === undefined) return [name(true), name(false)]
  return [name(own.startsWith("https:"))]
}

function splitAt(pair: string): [name: string, value: string] {
  const equals = pair.indexOf("=")
  return equals === -1 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)]
}
