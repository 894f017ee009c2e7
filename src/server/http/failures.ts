/** Errors over HTTP: the same body as in an answer of the sockets, with a fitting status. */

import { ChatError, type ErrorCode, type ErrorDetails } from "../../contract/errors.ts"
import type { Failure } from "../../contract/refusals.ts"
import type { Incidents } from "../../observe/incidents.ts"
import { isDiskFull, isOutOfDescriptors } from "../../observe/operator-error.ts"

const statusOf: Readonly<Record<ErrorCode, number>> = {
  ERR_VALIDATION: 400,
  ERR_UNKNOWN_EVENT: 404,
  ERR_ROOM_NOT_FOUND: 404,
  ERR_NOT_FOUND: 404,
  ERR_NOT_IN_ROOM: 403,
  ERR_FORBIDDEN: 403,
  ERR_UNAUTHORIZED: 401,
  ERR_CONFLICT: 409,
  ERR_RATE_LIMITED: 429,
  ERR_TOO_LARGE: 413,
  ERR_BUSY: 503,
  ERR_STORAGE: 503,
  ERR_INTERNAL: 500,
}

/** Anything outside the catalogue is a bug: it is logged, and the client only learns that there is one. */
export function failed(cause: unknown, incidents: Incidents): Response {
  const error = cause instanceof ChatError ? cause : new ChatError(codeFor(cause), { cause })
  if (error.code !== "ERR_INTERNAL") incidents.count(error.code)
  else incidents.report(error.code, "A request failed unexpectedly: {cause}", { cause }, { level: "error" })
  return refused(statusFor(error), error.code, error.message, error.details)
}

/** The answer to a request that is refused before anything is done for it. */
export function refused(
  status: number,
  code: ErrorCode,
  message: string,
  { headers = {}, ...details }: ErrorDetails & { readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const body: Failure = { ok: false, error: { code, message, ...details } }
  return Response.json(body, { status, headers: { "Cache-Control": "no-store", ...retryAfter(details), ...headers } })
}

/** For another method than these. */
export function notAllowed(methods: string): Response {
  return refused(405, "ERR_VALIDATION", `Ask with ${methods}.`, { headers: { Allow: methods } })
}

/** As headers. */
export function retryAfter({ retryAfterMs }: ErrorDetails): Readonly<Record<string, string>> {
  return retryAfterMs === undefined ? {} : { "Retry-After": String(Math.ceil(retryAfterMs / 1_000)) }
}

/** A descriptor is soon free again; the operator learns of it elsewhere. */
function codeFor(cause: unknown): ErrorCode {
  return isOutOfDescriptors(cause) ? "ERR_BUSY" : "ERR_INTERNAL"
}

function statusFor({ code, cause }: ChatError): number {
  return code === "ERR_STORAGE" && isDiskFull(cause) ? 507 : statusOf[code]
}
