/** The HTTP side of the one port: Socket.IO, the web client, the documents, two health checks, and 404 for the rest. */
import { type DocumentPath, isDocumentPath } from "../../docs/paths.ts"
import { log } from "../../observe/log.ts"
import { socketPath } from "../engine/engine.ts"
import type { BunServer, Door } from "./gate.ts"
import { respondWithPage } from "./pages.ts"
import type { Reasons } from "./readiness.ts"

export interface HttpOptions {
  readonly door: Door
  readonly reasonsNotReady: () => Promise<Reasons>
}

export function createFetch({ door, reasonsNotReady }: HttpOptions) {
  return async (request: Request, server: BunServer): Promise<Response> => {
    // A malformed Host header leaves no URL to speak of.
    if (!URL.canParse(request.url)) return json(400, { error: "The request has no valid Host header." })
    const { pathname } = new URL(request.url)
    if (isDocumentPath(pathname)) return document(pathname, request)
    switch (pathname) {
      case socketPath:
        return door.handle(request, server)
      case "/healthz":
        return json(200, { status: "alive" })
      case "/readyz":
        return readyz(await reasonsNotReady())
      default:
        return (
          (await respondWithPage(request, pathname)) ??
          json(404, { error: "There is nothing here; Socket.IO is at /socket.io/, and its documents at /docs." })
        )
    }
  }
}

/** Says nothing to the client: a stack is for the log. */
export function handleServeError(error: Error): Response {
  log.error("An HTTP request failed unexpectedly: {error}", { error })
  return json(500, { error: "Something went wrong on the server." })
}

async function document(path: DocumentPath, request: Request): Promise<Response> {
  // Loaded when it is asked for, so that no start waits for it.
  const { respond } = await import("../../docs/documents.ts")
  return respond(path, request)
}

function readyz(reasons: Reasons): Response {
  return reasons.length === 0 ? json(200, { status: "ready" }) : json(503, { status: "not ready", reasons })
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "Cache-Control": "no-store" } })
}
