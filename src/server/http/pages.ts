/**
 * The web client over HTTP: one page for `/` and for every `/r/<room>`, and what it loads.
 *
 * A compiled binary carries the bundle of the HTML import; a source tree has it made by the
 * same bundler when somebody asks for it first. From there on both are the same bytes under
 * the same names, which contain a hash, so that a browser may keep all but the page for ever.
 */
import { basename } from "node:path"
import beforePaint from "../../web/before-paint.js" with { type: "text" }
import bundle from "../../web/index.html"
import { completeHead, type PageFile } from "./page-head.ts"

/** Nothing runs, loads or connects but what this server sent, pictures aside: those may come from anywhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' http: https:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ")

const securityHeaders = {
  "Content-Security-Policy": contentSecurityPolicy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  // A room's address is the key to an unlisted room: no other site learns it from a link or a picture.
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
}

interface Asset {
  readonly headers: Readonly<Record<string, string>>
  readonly plain: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer> | undefined
}

let assets: Promise<ReadonlyMap<string, Asset>> | undefined

/** `undefined` when there is no page of that path. */
export async function respondWithPage(request: Request, pathname: string): Promise<Response | undefined> {
  const path = pathname.startsWith("/r/") ? "/" : pathname
  assets ??= loadAssets()
  const asset = (await assets).get(path)
  if (asset === undefined) return undefined
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } })
  }
  return respondWith(asset, request)
}

function respondWith({ headers, plain, gzipped }: Asset, request: Request): Response {
  if (request.headers.get("if-none-match") === headers["ETag"]) return new Response(null, { status: 304, headers })
  const takesGzip = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")
  if (gzipped === undefined || !takesGzip) return new Response(plain, { headers })
  return new Response(gzipped, { headers: { ...headers, "Content-Encoding": "gzip" } })
}

async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const bundled = await (bundle.files === undefined ? built(bundle.index) : embedded(bundle.files))
  const first = {
    name: `before-paint-${hashOf(beforePaint)}.js`,
    content: new Blob([beforePaint], { type: scriptType }),
  }
  const page = bundled.find(({ name }) => name.endsWith(".html"))
  const files = [first, ...bundled.filter((file) => file !== page)]
  const html = completeHead((await page?.content.text()) ?? "", await scriptsOf(files), first.name)
  const index = { name: "", content: new Blob([html], { type: "text/html; charset=utf-8" }) }
  return new Map(await Promise.all([index, ...files].map(toAsset)))
}

const scriptType = "text/javascript; charset=utf-8"

interface BundledFile {
  readonly name: string
  readonly content: Blob
}

/** Chunks that are loaded when they are asked for need `--splitting` in the build of the binary, too. */
async function built(entrypoint: string): Promise<readonly BundledFile[]> {
  // `publicPath` as the HTML import has it: /r/<room> loads what / loads.
  const options = { target: "browser", minify: true, splitting: true, publicPath: "/" } as const
  const { outputs } = await Bun.build({ entrypoints: [entrypoint], ...options })
  return outputs.map((output) => ({ name: basename(output.path), content: output }))
}

async function embedded(files: NonNullable<typeof bundle.files>): Promise<readonly BundledFile[]> {
  return files.map(({ path }) => ({ name: basename(path), content: Bun.file(path) }))
}

async function scriptsOf(files: readonly BundledFile[]): Promise<PageFile[]> {
  const scripts = files.filter(({ name }) => name.endsWith(".js"))
  return Promise.all(scripts.map(async ({ name, content }) => ({ name, text: await content.text() })))
}

/** The page itself has no name: it is the only one whose content may change under its address. */
async function toAsset({ name, content }: BundledFile): Promise<[string, Asset]> {
  const plain = new Uint8Array(await content.arrayBuffer())
  const headers = {
    ...securityHeaders,
    "Content-Type": content.type,
    "Cache-Control": name === "" ? "no-cache" : "public, max-age=31536000, immutable",
    ETag: `"${hashOf(plain)}"`,
    Vary: "Accept-Encoding",
  }
  const isText = /^(text|image\/svg)/.test(content.type)
  return [`/${name}`, { headers, plain, gzipped: isText ? Bun.gzipSync(plain) : undefined }]
}

const hashOf = (content: string | Uint8Array): string => Bun.hash(content).toString(36)
