/**
 * Lets a page of an accepted origin read the answers. Credentials are allowed, since a
 * client may send some for a proxy; a cookie counts only for this server's own page, which
 * needs none of this. Refusals can be read as well, so the page's console says why.
 */

/** Besides those that every page may read: headers of downloads, refusals and resumed uploads. */
const exposed = "Content-Range, ETag, Location, Retry-After, Tus-Resumable, Upload-Length, Upload-Offset"

export function readableBy(origin: string | null, response: Response): Response {
  response.headers.append("Vary", "Origin")
  if (origin === null) return response
  response.headers.set("Access-Control-Allow-Origin", origin)
  response.headers.set("Access-Control-Allow-Credentials", "true")
  response.headers.set("Access-Control-Expose-Headers", exposed)
  return response
}

/** All headers are allowed: they mean nothing here, and a client may need them for a proxy. */
export function preflight({ headers: asked }: Request, methods = "GET, POST"): Response {
  const headers = {
    "Access-Control-Allow-Methods": methods,
    "Access-Control-Allow-Headers": asked.get("access-control-request-headers") ?? "Content-Type",
    "Access-Control-Max-Age": "600",
    Vary: "Access-Control-Request-Headers",
  }
  return new Response(null, { status: 204, headers })
}
