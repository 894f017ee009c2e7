/** Refusals in the form of the engine's own, with its codes: `{code, message}`, which stock clients know. */
import { retryAfter } from "./failures.ts"

export function forbidden(reason: string): Response {
  return Response.json({ code: 4, message: reason }, { status: 403 })
}

export function badRequest(): Response {
  return Response.json({ code: 3, message: "Bad request" }, { status: 400 })
}

/** As the engine says it. */
export function unknownSession(): Response {
  return Response.json({ code: 1, message: "Session ID unknown" }, { status: 400 })
}

export function unavailable(): Response {
  const headers = { "Retry-After": "1", Connection: "close" }
  return Response.json({ code: 4, message: "The server is stopping." }, { status: 503, headers })
}

export function tooManyRequests(waitMs: number): Response {
  const headers = retryAfter({ retryAfterMs: waitMs })
  return Response.json({ code: 4, message: "Too many connections from this address." }, { status: 429, headers })
}
