/**
 * What every port checks before it does anything for a request: how many requests its
 * connection sends at once, and whether its host has valid characters. Parsing a URL takes
 * more than linear time in its host, so it comes after this.
 */
import type { SocketAddress } from "bun"
import type { ErrorCode, ErrorDetails } from "../../contract/errors.ts"
import { Pipelines } from "../limits/pipelines.ts"
import { refused } from "./failures.ts"
import { hostOf } from "./host.ts"

export class FirstLook {
  readonly #pipelines = new Pipelines()
  readonly #onPipelined: (address: string) => void

  constructor(onPipelined: (address: string) => void = () => {}) {
    this.#onPipelined = onPipelined
  }

  refusalOf(request: Request, peer: SocketAddress | null): Response | undefined {
    if (peer !== null && this.#pipelines.isTooMany(peer)) {
      this.#onPipelined(peer.address)
      return closing(429, "ERR_RATE_LIMITED", "One request at a time on a connection.")
    }
    const host = request.headers.get("host")
    if (host !== null && hostOf(host) !== undefined) return undefined
    return closing(400, "ERR_VALIDATION", "The request has no valid Host header.")
  }
}

/** Bun ends the connection after it, with everything else that was sent on it. */
export function closing(status: number, code: ErrorCode, message: string, details: ErrorDetails = {}): Response {
  return refused(status, code, message, { ...details, headers: { Connection: "close" } })
}
