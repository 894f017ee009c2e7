/**
 * Which web pages may connect. A browser sends every page's request with what it knows
 * of the user and the network, and says in `Origin` whose page it is; nothing in the
 * stack looks. (`cors` of the engine writes headers, and headers stop no websocket.)
 * Upstream fix: the engine refuses an Origin that its `cors` option does not accept.
 */
import { isLoopback } from "./address.ts"

export interface OriginRules {
  /** PUBLIC_URL's, as browsers write it. */
  readonly publicOrigin: string | undefined
  /** ALLOWED_ORIGINS, as browsers write them; `*.` may lead a host, and `*` is every origin. */
  readonly allowedOrigins: readonly string[]
  readonly listensOnLoopback: boolean
}

/** Why these headers may not connect, with the setting that would change it; undefined if they may. */
export function refusalOf(origin: string | null, host: string | null, rules: OriginRules): string | undefined {
  if (isRebound(host, rules))
    return `This server answers to localhost only, not to ${quote(host)}: set PUBLIC_URL to the address that people use.`
  if (origin === null || isAccepted(origin.toLowerCase(), host, rules)) return undefined
  return `Pages of ${quote(origin)} may not connect: add it to ALLOWED_ORIGINS, or set PUBLIC_URL if it is this server's own address.`
}

/** DNS rebinding: a page's own name, made to point at this machine, is the same origin to its browser. */
function isRebound(host: string | null, { publicOrigin, listensOnLoopback }: OriginRules): boolean {
  if (publicOrigin !== undefined || !listensOnLoopback) return false
  const url = hostUrl("http:", host)
  return url === undefined || !isLoopback(url.hostname)
}

function isAccepted(origin: string, host: string | null, rules: OriginRules): boolean {
  const { publicOrigin, allowedOrigins, listensOnLoopback } = rules
  if (origin === publicOrigin || allowedOrigins.some((pattern) => matches(origin, pattern))) return true
  const url = urlOf(origin)
  // Not as a browser writes it, "null" included: nothing that follows may read it otherwise than a browser does.
  if (publicOrigin !== undefined || url === undefined || url.origin !== origin) return false
  const isOwn = hostUrl(url.protocol, host)?.host === url.host
  return isOwn || (listensOnLoopback && isLoopback(url.hostname))
}

function matches(origin: string, pattern: string): boolean {
  if (pattern === "*" || pattern === origin) return true
  const [scheme = "", parent] = pattern.split("*.")
  if (parent === undefined || !origin.startsWith(scheme) || !origin.endsWith(`.${parent}`)) return false
  const labels = origin.slice(scheme.length, -parent.length - 1)
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(labels)
}

/** A Host header has no port when it is the scheme's own, which the scheme of the page's origin tells. */
function hostUrl(protocol: string, host: string | null): URL | undefined {
  return host === null || /[@/\\?#]/.test(host) ? undefined : urlOf(`${protocol}//${host}`)
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function quote(header: string | null): string {
  return header === null ? "no host" : JSON.stringify(header.slice(0, 200))
}
