/**
 * Which web pages may connect. A browser sends requests of any page with what it knows of
 * the user and the network, and says in `Origin` whose page it is; nothing in the stack
 * checks that. (`cors` of the engine writes headers, and headers stop no websocket.)
 * Upstream fix: the engine refuses an Origin that its `cors` option does not accept.
 */
import { isIP, isLoopback } from "./address.ts"
import { type Host, hostOf } from "./host.ts"

export interface OriginRules {
  /** PUBLIC_URL's, as browsers write it. */
  readonly publicOrigin: string | undefined
  /** ALLOWED_ORIGINS, as browsers write them; `*.` may lead a host, and `*` is every origin. */
  readonly allowedOrigins: readonly string[]
  readonly listensOnLoopback: boolean
  /** What this machine is called, in lower case. */
  readonly ownNames: readonly string[]
}

/** The headers that say where a request comes from and goes to. */
export interface Provenance {
  readonly origin: string | null
  readonly host: string | null
  /** `Sec-Fetch-Site`, which browsers send and pages cannot change. */
  readonly site: string | null
}

export function provenanceOf(header: (name: string) => string | null): Provenance {
  return { origin: header("origin"), host: header("host"), site: header("sec-fetch-site") }
}

/** Why it may not connect, and which setting would allow it; undefined if it may. */
export function refusalOf({ origin, host, site }: Provenance, rules: OriginRules): string | undefined {
  if (isRebound(host, rules)) return reboundText(host, rules)
  if (origin === null) return isFromElsewhere(site) ? elsewhereText : undefined
  return isAccepted(origin.toLowerCase(), host, rules) ? undefined : originText(origin)
}

/**
 * Whether the browser says that this server's own page asks; pages of other sites never count, whatever else they may
 * do.
 */
export function isOwnPage({ origin, host, site }: Provenance, { publicOrigin }: OriginRules): boolean {
  // Requests of a page to its own site have no `Origin`.
  if (origin === null) return site === "same-origin"
  const page = origin.toLowerCase()
  if (publicOrigin !== undefined) return page === publicOrigin
  const { scheme = "", rest = "" } = /^(?<scheme>https?):\/\/(?<rest>.+)$/.exec(page)?.groups ?? {}
  const own = hostOf(rest)
  return own !== undefined && isSame(scheme, own, host)
}

/** DNS rebinding: a page's own name, made to point at this machine, is the same origin to its browser. */
function isRebound(text: string | null, { publicOrigin, listensOnLoopback, ownNames }: OriginRules): boolean {
  if (publicOrigin !== undefined) return false
  const host = hostOf(text ?? "")
  if (host === undefined) return true
  if (isLoopback(host.name)) return false
  // No name at all can be made to point elsewhere.
  return listensOnLoopback || !(isIP(host.name.replace(/^\[|\]$/g, "")) !== 0 || ownNames.includes(host.name))
}

/** What a page embeds, such as a picture, has no `Origin`: it would cost its reader a connection. */
function isFromElsewhere(site: string | null): boolean {
  return site === "cross-site" || site === "same-site"
}

function isAccepted(origin: string, host: string | null, rules: OriginRules): boolean {
  const { publicOrigin, allowedOrigins, listensOnLoopback } = rules
  // Websocket libraries that are no browser write the scheme of the address that they were given.
  const page = origin.replace(/^ws(s?):/, "http$1:")
  if (page === publicOrigin || allowedOrigins.some((allowed) => matches(page, allowed))) return true
  const { scheme = "", rest = "" } = /^(?<scheme>https?):\/\/(?<rest>.+)$/.exec(page)?.groups ?? {}
  const own = hostOf(rest)
  // Not in the form of browsers, "null" included: no later code may read it differently than a browser does.
  if (publicOrigin !== undefined || own === undefined) return false
  return isSame(scheme, own, host) || (listensOnLoopback && isLoopback(own.name))
}

function matches(origin: string, pattern: string): boolean {
  if (pattern === "*" || pattern === origin) return true
  const [scheme = "", parent] = pattern.split("*.")
  if (parent === undefined || !origin.startsWith(scheme) || !origin.endsWith(`.${parent}`)) return false
  const labels = origin.slice(scheme.length, -parent.length - 1)
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(labels)
}

/** If the port is the default of the scheme, either may leave it out. */
function isSame(scheme: string, own: Host, header: string | null): boolean {
  const host = hostOf(header ?? "")
  const usual = scheme === "https" ? "443" : "80"
  return own.name === host?.name && (own.port || usual) === (host.port || usual)
}

function reboundText(host: string | null, { listensOnLoopback }: OriginRules): string {
  const accepted = listensOnLoopback ? "localhost" : "its addresses and the machine's own name"
  return `This server answers to ${accepted} only, not to ${quote(host)}: set PUBLIC_URL to the address that people use.`
}

const elsewhereText =
  "A page of another site may not load this: scripts of the origins in ALLOWED_ORIGINS may connect, and say whose they are."

function originText(origin: string): string {
  if (origin === "null")
    return "A page without an address, opened from a file or in a sandbox, may not connect: serve it over http, and add that address to ALLOWED_ORIGINS."
  return `Pages of ${quote(origin)} may not connect: add it to ALLOWED_ORIGINS, or set PUBLIC_URL if it is this server's own address.`
}

function quote(header: string | null): string {
  return header === null ? "no host" : JSON.stringify(header.slice(0, 200))
}
