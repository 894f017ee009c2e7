/**
 * What lets a page of an accepted origin read the answers. Credentials are allowed, since a
 * client may send some for a proxy's sake: a cookie counts for this server's own page alone,
 * which needs none of this. A refusal can be read as well, so that the page's console says why.
 */

/** Beside those that every page may read: of a download, a refusal, and an upload that goes on. */
const exposed = "Content-Range, ETag, Location, Retry-After, Tus-Resumable, Upload-Length, Upload-Offset"

export function readableBy(origin: string | null, response: Response): Response {
  response.headers.append("Vary", "Origin")
  if (origin === null) return response
  response.headers.set("Access-Control-Allow-Origin", origin)
  response.headers.set("Access-Control-Allow-Credentials", "true")
  response.headers.set("Access-Control-Expose-Headers", exposed)
  return response
}

/** Whatever headers are asked for: they mean nothing here, and a client may need them for what is in front. */
export function preflight({ headers: asked }: Request, methods = "GET, POST"): Response {
  const headers = {
    "Access-Control-Allow-Methods": methods,
    "Access-Control-Allow-Headers": asked.get("access-control-request-headers") ?? "Content-Type",
    "Access-Control-Max-Age": "600",
    Vary: "Access-Control-Request-Headers",
  }
  return new Response(null, { status: 204, headers })
}
