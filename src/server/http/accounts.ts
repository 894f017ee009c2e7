/**
 * HTTP requests of people with accounts before there is a socket: to sign in, to join, to
 * use a link. JSON in, JSON out, with the errors of the sockets and a fitting status. Only
 * this server's own page gets a cookie.
 */
import type { Accounts } from "../../accounts/accounts.ts"
import type { Visitor } from "../../accounts/parts.ts"
import type { Entered } from "../../accounts/sign-in.ts"
import type { AccountRecord } from "../../accounts/tables.ts"
import { type Auth, type Call, type CallPayload, calls } from "../../contract/accounts.ts"
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import { parsePayload } from "../../contract/parse.ts"
import type { Incidents } from "../../observe/incidents.ts"
import { cookieWith, tokenInCookie } from "../identity/cookie.ts"
import { keyOf } from "./address.ts"
import { textOf } from "./body.ts"
import { preflight, readableBy } from "./cors.ts"
import { failed, notAllowed } from "./failures.ts"
import type { BunServer, Gate } from "./gate.ts"
import { isOwnPage, type OriginRules, provenanceOf } from "./origin.ts"
import type { OwnDataRequests } from "./own-data.ts"

export const apiPrefix = "/api/"
/** Where signing in by a provider begins. The provider sends people back to `/callback` below it. */
export const oidcPath = "/api/oidc"

interface AccountRequestsOptions {
  readonly gate: Gate
  readonly origins: OriginRules
  readonly auth: Auth
  readonly version: string
  readonly fileBytesMax: number
  /** None unless the server keeps its people itself. */
  readonly accounts: Accounts | undefined
  /** The name of the provider, if there is one. */
  readonly signInWith: string | undefined
  readonly incidents: Incidents
  /** Loaded when somebody first asks for their data. */
  readonly ownData: () => Promise<OwnDataRequests>
  readonly isStopping: () => boolean
}

interface Asked {
  readonly accounts: Accounts
  readonly request: Request
  readonly visitor: Visitor
}

type Answer = Readonly<Record<string, unknown>>

export class AccountRequests {
  readonly #options: AccountRequestsOptions

  constructor(options: AccountRequestsOptions) {
    this.#options = options
  }

  async handle(request: Request, server: BunServer, path: string): Promise<Response> {
    const response = await this.#answer(request, server, path.slice(apiPrefix.length)).catch((cause) =>
      failed(cause, this.#options.incidents),
    )
    response.headers.set("Cache-Control", "no-store")
    return readableBy(request.headers.get("origin"), response)
  }

  async #answer(request: Request, server: BunServer, name: string): Promise<Response> {
    const reason = this.#options.gate.refusalByOrigin(request)
    if (reason !== undefined) throw new ChatError("ERR_FORBIDDEN", { message: reason })
    if (request.method === "OPTIONS") return preflight(request)
    if (name === "server") return isRead(request) ? Response.json(await this.#describe()) : notAllowed("GET, HEAD")
    if (!Object.hasOwn(calls, name))
      throw new ChatError("ERR_NOT_FOUND", { message: `There is no ${apiPrefix}${name}.` })
    if (request.method !== "POST") return notAllowed("POST")
    const { accounts } = this.#options
    if (accounts === undefined) throw new ChatError("ERR_FORBIDDEN", { message: "This needs AUTH=accounts." })
    if (this.#options.isStopping()) throw new ChatError("ERR_BUSY")
    const visitor = visitorOf(request, this.#options.gate.addressOf(request, server))
    return this.#call(name as Call, await payloadOf(request), { accounts, request, visitor })
  }

  async #describe(): Promise<Answer> {
    const { version, auth, fileBytesMax, accounts, signInWith } = this.#options
    return {
      version,
      auth,
      fileBytesMax,
      ...(accounts !== undefined && { hasAdministrator: await accounts.hasAdmin() }),
      ...(accounts?.hasPasskeys() && { hasPasskeys: true }),
      ...(accounts?.membersInvite() && { membersInvite: true }),
      ...(signInWith !== undefined && { signInWith }),
    }
  }

  async #call(name: Call, payload: unknown, asked: Asked): Promise<Response> {
    const { accounts, visitor } = asked
    switch (name) {
      case "sign-in": {
        const wanted = parsePayload(calls[name], payload)
        return this.#entered(asked, wanted.as, () => accounts.signIn(wanted, visitor))
      }
      case "join": {
        const wanted = parsePayload(calls[name], payload)
        return this.#entered(asked, wanted.as, () => accounts.join(wanted, visitor))
      }
      case "redeem": {
        const wanted = parsePayload(calls[name], payload)
        return this.#entered(asked, wanted.as, () => accounts.redeem(wanted, visitor))
      }
      case "peek":
        return Response.json({ ok: true, ...(await accounts.peek(parsePayload(calls[name], payload), visitor)) })
      case "passkey":
        return Response.json({ ok: true, ...(await accounts.beginPasskeySignIn()) })
      case "passkey-sign-in": {
        const wanted = parsePayload(calls[name], payload)
        return this.#entered(asked, wanted.as, () => accounts.signInByPasskey(wanted, visitor))
      }
      case "me":
        return this.#me(asked)
      case "sign-out":
        return this.#signOut(asked)
      case "my-data":
        return (await this.#options.ownData()).send(asked.accounts, asked.request)
    }
  }

  async #entered(
    { request }: Asked,
    as: CallPayload<"sign-in">["as"],
    enter: () => Promise<Entered>,
  ): Promise<Response> {
    const provenance = provenanceOf((name) => request.headers.get(name))
    const { origins } = this.#options
    if (as === "cookie" && !isOwnPage(provenance, origins)) {
      const message = "Only this server's own page gets a cookie: leave `as` out, and keep the token."
      throw new ChatError("ERR_FORBIDDEN", { message, details: { field: "as" } })
    }
    const { token, account, username } = await enter()
    const user = userOf(account, username)
    if (as === undefined) return Response.json({ ok: true, token, user })
    return Response.json({ ok: true, user }, { headers: { "Set-Cookie": cookieWith(token, provenance, origins) } })
  }

  /** For a page that got its cookie elsewhere and cannot read it. */
  async #me({ accounts, request }: Asked): Promise<Response> {
    const token = this.#tokenOf(request)
    if (token === undefined) throw new ChatError("ERR_UNAUTHORIZED", { message: "Sign in first." })
    const { account, username, waysIn } = await accounts.whose(token)
    return Response.json({ ok: true, user: userOf(account, username), waysIn })
  }

  /** The token of the cookie. Throws ERR_FORBIDDEN for every page but this server's own. */
  #tokenOf({ headers }: Request): string | undefined {
    const { origins } = this.#options
    const provenance = provenanceOf((name) => headers.get(name))
    if (!isOwnPage(provenance, origins))
      throw new ChatError("ERR_FORBIDDEN", { message: "This is for the server's own page, by its cookie." })
    return tokenInCookie(headers.get("cookie"), provenance, origins)
  }

  /** Ends the session of the cookie, and removes the cookie, which a page cannot do itself. */
  async #signOut({ accounts, request }: Asked): Promise<Response> {
    const { origins } = this.#options
    const provenance = provenanceOf((name) => request.headers.get(name))
    const token = this.#tokenOf(request)
    if (token !== undefined) await accounts.endByToken(token)
    return Response.json({ ok: true }, { headers: { "Set-Cookie": cookieWith("", provenance, origins) } })
  }
}

function userOf({ id, login, role }: AccountRecord, username: string) {
  return { userId: id, login, username, role }
}

/** A form on another site can send anything except this content type. */
async function payloadOf(request: Request): Promise<unknown> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";")
  if (type.trim().toLowerCase() !== "application/json")
    throw new ChatError("ERR_VALIDATION", { message: "The Content-Type must be application/json." })
  const text = await textOf(request, limits.accountRequestBytesMax).catch(() => undefined)
  if (text === undefined)
    throw new ChatError("ERR_TOO_LARGE", { message: `The body has at most ${limits.accountRequestBytesMax} bytes.` })
  try {
    return JSON.parse(text)
  } catch {
    throw new ChatError("ERR_VALIDATION", { message: "The body must be JSON." })
  }
}

export function visitorOf(request: Request, address: string): Visitor {
  return { address: keyOf(address), client: clientOf(request) }
}

/** For the list of one's sessions. */
function clientOf(request: Request): string {
  const text = (request.headers.get("user-agent") ?? "").replace(/[^\x20-\x7e]/g, "")
  return text.slice(0, limits.clientNameLengthMax)
}

function isRead({ method }: Request): boolean {
  return method === "GET" || method === "HEAD"
}
