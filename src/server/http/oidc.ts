/**
 * Signing in by the provider, from a browser's view: to the provider, and back with a code.
 * The way back comes from another site, so a cookie of this browser proves that it began
 * here. It ends like signing in with a password, with the session's cookie.
 */
import type { Accounts } from "../../accounts/accounts.ts"
import { randomSecret } from "../../accounts/secrets.ts"
import { arrivedCode } from "../../contract/arrival.ts"
import { ChatError } from "../../contract/errors.ts"
import type { Incidents } from "../../observe/incidents.ts"
import { cookieWith, flowCookieWith, flowInCookie, tokenInCookie } from "../identity/cookie.ts"
import { derived, type Flow, flowIn, isOwnPath, newFlow, textOfFlow } from "../identity/flow.ts"
import type { Provider } from "../identity/provider.ts"
import { oidcPath, visitorOf } from "./accounts.ts"
import { failed } from "./failures.ts"
import type { BunServer, Gate } from "./gate.ts"
import { isForPeople } from "./not-found.ts"
import { type OriginRules, type Provenance, provenanceOf } from "./origin.ts"
import { peoplePage } from "./people-page.ts"

const callbackPath = `${oidcPath}/callback`

/** For a sign-in that links the provider to the account of whoever is signed in. */
const linkParameter = "link"

interface Parts {
  readonly provider: Provider
  readonly accounts: Accounts
}

interface OidcRequestsOptions {
  readonly gate: Gate
  readonly origins: OriginRules
  readonly accounts: Accounts | undefined
  /** None unless there is one. */
  readonly provider: Provider | undefined
  readonly incidents: Incidents
  readonly epochMs: () => number
  readonly isStopping: () => boolean
}

export class OidcRequests {
  readonly #options: OidcRequestsOptions

  constructor(options: OidcRequestsOptions) {
    this.#options = options
  }

  async handle(request: Request, server: BunServer, path: string): Promise<Response> {
    const response = await this.#answer(request, server, path).catch((cause) => this.#failed(request, cause))
    response.headers.set("Cache-Control", "no-store")
    response.headers.set("Referrer-Policy", "no-referrer")
    return response
  }

  async #answer(request: Request, server: BunServer, path: string): Promise<Response> {
    const { gate, provider, accounts, isStopping } = this.#options
    const isBack = path === callbackPath
    const reason = isBack ? gate.refusalByHost(request) : gate.refusalByOrigin(request)
    if (reason !== undefined) throw new ChatError("ERR_FORBIDDEN", { message: reason })
    if (provider === undefined || accounts === undefined || !(isBack || path === oidcPath))
      throw new ChatError("ERR_NOT_FOUND", { message: "This server has no provider to sign in with." })
    if (isStopping()) throw new ChatError("ERR_BUSY")
    return isBack ? this.#end(request, server, { provider, accounts }) : this.#begin(request, { provider, accounts })
  }

  async #begin(request: Request, { provider, accounts }: Parts): Promise<Response> {
    const { searchParams } = new URL(request.url)
    const returnTo = searchParams.get("return") ?? "/"
    if (!isOwnPath(returnTo)) {
      const message = "return must be / or the path of a room, /r/…"
      throw new ChatError("ERR_VALIDATION", { message, details: { field: "return" } })
    }
    const begun = newFlow(randomSecret, this.#options.epochMs(), returnTo)
    const flow = searchParams.has(linkParameter) ? await this.#linking(request, accounts, begun) : begun
    const address = await provider.addressFor(flow, this.#ownOrigin(request) + callbackPath)
    return redirect(address.href, [this.#flowCookie(request, textOfFlow(flow))])
  }

  /** For the user of the page's own cookie: no page of another site may get somebody's account linked. */
  async #linking({ headers }: Request, accounts: Accounts, flow: Flow): Promise<Flow> {
    const provenance = provenanceOf((name) => headers.get(name))
    const token = tokenInCookie(headers.get("cookie"), provenance, this.#options.origins)
    if (token === undefined)
      throw new ChatError("ERR_UNAUTHORIZED", { message: "Sign in first, on this server's page." })
    return { ...flow, setting: await accounts.setOutToLink(token, flow.secret) }
  }

  async #end(request: Request, server: BunServer, { provider, accounts }: Parts): Promise<Response> {
    const { gate, origins } = this.#options
    const flow = this.#flowOf(request)
    const url = new URL(this.#ownOrigin(request) + callbackPath + new URL(request.url).search)
    const prove = () => provider.prove(flow, url)
    if (flow.setting !== undefined) {
      await accounts.linkOutside(prove, { ...flow.setting, secret: flow.secret })
      return redirect(flow.returnTo, [this.#flowCookie(request, "")])
    }
    const visitor = visitorOf(request, gate.addressOf(request, server))
    const { token } = await accounts.signInOutside(prove, provider.rules, visitor)
    return redirect(`${flow.returnTo}#code=${arrivedCode}`, [
      cookieWith(token, this.#provenance(request), origins),
      this.#flowCookie(request, ""),
    ])
  }

  /**
   * Throws where it did not begin in this browser: otherwise somebody else's sign-in could be passed on to whoever
   * opens a link.
   */
  #flowOf(request: Request): Flow {
    const text = flowInCookie(request.headers.get("cookie"), this.#provenance(request), this.#options.origins)
    const flow = flowIn(text ?? "", this.#options.epochMs())
    const state = new URL(request.url).searchParams.get("state")
    if (flow !== undefined && state === derived(flow, "state")) return flow
    const message = "This sign-in did not begin in this browser, or took too long: begin again."
    throw new ChatError("ERR_UNAUTHORIZED", { message })
  }

  /** What does not come from the page itself names it, since its cookie goes by that. */
  #provenance(request: Request): Provenance {
    return { origin: this.#ownOrigin(request), host: request.headers.get("host"), site: "same-origin" }
  }

  #ownOrigin(request: Request): string {
    return this.#options.origins.publicOrigin ?? `http://${request.headers.get("host")?.toLowerCase()}`
  }

  #flowCookie(request: Request, text: string): string {
    return flowCookieWith(text, this.#provenance(request), this.#options.origins)
  }

  #isToLink(request: Request): boolean {
    if (new URL(request.url).searchParams.has(linkParameter)) return true
    const text = flowInCookie(request.headers.get("cookie"), this.#provenance(request), this.#options.origins)
    return flowIn(text ?? "", this.#options.epochMs())?.setting !== undefined
  }

  #failed(request: Request, cause: unknown): Response {
    const response = failed(cause, this.#options.incidents)
    if (!isForPeople(request)) return response
    const { code, message } = cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL")
    const trouble = this.#isToLink(request) ? "notLinked" : "notSignedIn"
    const page = peoplePage(request, { status: response.status, trouble, refusal: { code, message } })
    const wait = response.headers.get("retry-after")
    if (wait !== null) page.headers.set("Retry-After", wait)
    return page
  }
}

function redirect(address: string, cookies: readonly string[]): Response {
  const response = new Response(null, { status: 303, headers: { Location: address } })
  for (const cookie of cookies) response.headers.append("Set-Cookie", cookie)
  return response
}
