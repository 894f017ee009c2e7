/**
 * The contract's documents as HTTP responses. Each is made on the first request for any
 * of them, from the schemas alone: nothing is read from a file, so a compiled binary
 * serves the same.
 */
import { version } from "../../package.json"
import { asyncApi } from "./asyncapi.ts"
import style from "./docs.css" with { type: "text" }
import script from "./docs.js" with { type: "text" }
import { page } from "./page.ts"
import type { DocumentPath } from "./paths.ts"
import { typeDeclarations } from "./type-declarations.ts"

interface Document {
  readonly body: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/** The page loads its own style and script, and nothing else; nobody may frame it. */
const pagePolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type Documents = Readonly<Record<DocumentPath, Document>>

let documents: Documents | undefined

export function respond(path: DocumentPath, request: Request): Response {
  documents ??= makeDocuments()
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } })
  }
  const { headers, body, gzipped } = documents[path]
  if (isKnown(request, headers["ETag"])) return new Response(null, { status: 304, headers })
  const isGzip = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")
  return new Response(isGzip ? gzipped : body, {
    headers: { ...headers, ...(isGzip && { "Content-Encoding": "gzip" }) },
  })
}

function makeDocuments(): Documents {
  const api = asyncApi(version)
  return {
    "/docs": toDocument(page(api), "text/html; charset=utf-8", { "Content-Security-Policy": pagePolicy }),
    "/docs/docs.css": toDocument(style, "text/css; charset=utf-8"),
    "/docs/docs.js": toDocument(script, "text/javascript; charset=utf-8"),
    "/asyncapi.json": toDocument(JSON.stringify(api, null, 2), "application/json"),
    "/types.d.ts": toDocument(typeDeclarations(version), "text/plain; charset=utf-8"),
  }
}

function toDocument(text: string, type: string, headers: Record<string, string> = {}): Document {
  const body = new TextEncoder().encode(text)
  return {
    body,
    gzipped: Bun.gzipSync(body),
    headers: {
      "Content-Type": type,
      // A restart may bring a new version: a copy is asked about each time, and then costs one short answer.
      "Cache-Control": "no-cache",
      // Weak, since it stands for the compressed form too.
      ETag: `W/"${Bun.hash(body).toString(36)}"`,
      Vary: "Accept-Encoding",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      ...headers,
    },
  }
}

function isKnown(request: Request, etag: string | undefined): boolean {
  const known = request.headers.get("if-none-match")
  return known !== null && etag !== undefined && known.split(/,\s*/).some((tag) => tag === "*" || tag === etag)
}
