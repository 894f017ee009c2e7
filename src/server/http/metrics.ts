/**
 * Where metrics are read: on the server's own port with a token, or on a listener of their
 * own, which belongs on an address that only the machine or its monitoring can reach.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { exposition, expositionType, type Metric } from "../../observe/exposition.ts"
import { bearerIn } from "../identity/identify.ts"
import { listen, ofMetrics, urlHost } from "../listen.ts"
import { notAllowed } from "./failures.ts"
import { FirstLook } from "./first-look.ts"

export interface MetricsOptions {
  readonly metrics: readonly Metric[]
  /** Without one, everybody who reaches the listener may read. */
  readonly token: string | undefined
}

export const metricsPath = "/metrics"

export function metricsResponse(request: Request, { metrics, token }: MetricsOptions): Response {
  if (token !== undefined && !isSame(bearerIn(request.headers), token)) {
    const headers = { "WWW-Authenticate": "Bearer", "Cache-Control": "no-store" }
    return Response.json(
      { error: "Metrics are read with METRICS_TOKEN, as Authorization: Bearer." },
      { status: 401, headers },
    )
  }
  return new Response(exposition(metrics), { headers: { "Content-Type": expositionType, "Cache-Control": "no-store" } })
}

/** Throws an OperatorError when it cannot listen there. */
export function listenForMetrics(address: { readonly host: string; readonly port: number }, options: MetricsOptions) {
  const { host, port } = address
  const firstLook = new FirstLook()
  const serve = () =>
    Bun.serve({
      hostname: host,
      port,
      development: false,
      reusePort: false,
      maxRequestBodySize: 0,
      fetch: (request, server) => {
        const refusal = firstLook.refusalOf(request, server.requestIP(request))
        if (refusal !== undefined) return refusal
        if (!URL.canParse(request.url) || new URL(request.url).pathname !== metricsPath)
          return Response.json({ error: `Metrics are at ${metricsPath}.` }, { status: 404 })
        if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET, HEAD")
        return metricsResponse(request, options)
      },
    })
  const server = listen(host, port, serve, ofMetrics)
  return { url: `http://${urlHost(host)}:${server.port}${metricsPath}`, close: () => server.stop(true) }
}

/** Compared by their hashes, which have one length, so the time of the comparison reveals nothing. */
function isSame(given: string | undefined, token: string): boolean {
  if (given === undefined) return false
  const [one, other] = [given, token].map((text) => createHash("sha256").update(text).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}
