/**
 * What every request passes before anything is done for it: the rates of its connection and
 * address, a host that can be read and, where only accepted pages may go, whose page it
 * comes from. A refusal says what would change it.
 */
import type { Server as Engine } from "@socket.io/bun-engine"
import type { SocketAddress } from "bun"
import type { Incidents } from "../../observe/incidents.ts"
import type { Clock } from "../clock.ts"
import type { Limiter } from "../limits/limiter.ts"
import { keyOf, type Proxies } from "./address.ts"
import { closing, FirstLook } from "./first-look.ts"
import { type OriginRules, type Provenance, provenanceOf, refusalOf } from "./origin.ts"

export type BunServer = Parameters<Engine["handleRequest"]>[1]

interface GateOptions {
  readonly origins: OriginRules
  readonly proxies: Proxies
  /** None when there are no limits. */
  readonly limiter: Limiter | undefined
  readonly incidents: Incidents
  readonly clock: Clock
}

export class Gate {
  readonly #options: GateOptions
  readonly #firstLook: FirstLook
  /** Bun asks the system for a peer each time. */
  #looked: { readonly request: Request; readonly peer: SocketAddress | null } | undefined

  constructor(options: GateOptions) {
    this.#options = options
    this.#firstLook = new FirstLook((address) => {
      options.incidents.report("pipelined", "{address} sent requests without waiting for answers.", { address })
    })
  }

  /** Before the URL is looked at. */
  refusalAtOnce(request: Request, server: BunServer): Response | undefined {
    this.#looked = { request, peer: server.requestIP(request) }
    return this.#firstLook.refusalOf(request, this.#looked.peer)
  }

  addressOf(request: Request, server: BunServer): string {
    const peer = this.#looked?.request === request ? this.#looked.peer : server.requestIP(request)
    return this.#options.proxies.clientOf(peer?.address ?? "", request.headers.get("x-forwarded-for"))
  }

  /** For requests that belong to no open connection of Socket.IO: a flood of them is closed. */
  refusalByRate(address: string): Response | undefined {
    const { limiter, clock } = this.#options
    const waitMs = limiter?.checkHttp(keyOf(address), clock.elapsedMs()) ?? 0
    if (waitMs === 0) return undefined
    return closing(429, "ERR_RATE_LIMITED", "Too many requests from this address.", { retryAfterMs: waitMs })
  }

  /** For what pages of other sites may lead to, such as a provider after a sign-in. */
  refusalByHost({ headers }: Request): string | undefined {
    return this.#refusal({ origin: null, host: headers.get("host"), site: null })
  }

  /** For what only pages of accepted origins may use, and clients that are no page. */
  refusalByOrigin({ headers }: Request): string | undefined {
    return this.#refusal(provenanceOf((name) => headers.get(name)))
  }

  #refusal(provenance: Provenance): string | undefined {
    const { origins, incidents } = this.#options
    const reason = refusalOf(provenance, origins)
    if (reason !== undefined) incidents.report("origin", "{reason}", { reason })
    return reason
  }
}
