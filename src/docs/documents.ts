/**
 * The contract's documents, made from the schemas alone: nothing is read from a file, so a
 * compiled binary serves the same.
 */
import { version } from "../../package.json"
import { asyncApi } from "./asyncapi.ts"
import style from "./docs.css" with { type: "text" }
import script from "./docs.js" with { type: "text" }
import { page } from "./page.ts"
import type { DocumentPath } from "./paths.ts"
import type { Served } from "./payloads.ts"
import { typeDeclarations } from "./type-declarations.ts"

interface Document {
  readonly path: DocumentPath
  readonly body: string
  readonly type: string
  readonly policy?: string
}

/** The page loads its own style and script, and nothing else; nobody may frame it. */
const pagePolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export function documents(server: Omit<Served, "version">): readonly Document[] {
  const served = { ...server, version }
  const api = asyncApi(served)
  return [
    { path: "/docs", body: page(api, served), type: "text/html; charset=utf-8", policy: pagePolicy },
    { path: "/docs/docs.css", body: style, type: "text/css; charset=utf-8" },
    { path: "/docs/docs.js", body: script, type: "text/javascript; charset=utf-8" },
    { path: "/asyncapi.json", body: JSON.stringify(api, null, 2), type: "application/json" },
    { path: "/types.d.ts", body: typeDeclarations(served), type: "text/plain; charset=utf-8" },
  ]
}
