/**
 * The web client over HTTP: one page for `/` and for every `/r/<room>`, and what it loads.
 *
 * A compiled binary carries the bundle of the HTML import; a source tree has it made by the
 * same bundler when somebody asks for it first. From there on both are the same bytes under
 * the same names, which contain a hash, so that a browser may keep all but the page for ever.
 */
import { basename } from "node:path"
import bundle from "../../web/index.html"

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
  const files = await (bundle.files === undefined ? built(bundle.index) : embedded(bundle.files))
  return new Map(await Promise.all(files.map(toAsset)))
}

interface BundledFile {
  readonly name: string
  readonly content: Blob
  readonly isPage: boolean
}

async function built(entrypoint: string): Promise<readonly BundledFile[]> {
  // `publicPath` as the HTML import has it: /r/<room> loads what / loads.
  const { outputs } = await Bun.build({ entrypoints: [entrypoint], target: "browser", minify: true, publicPath: "/" })
  return outputs.map((output) => ({
    name: basename(output.path),
    content: output,
    isPage: output.path.endsWith(".html"),
  }))
}

async function embedded(files: NonNullable<typeof bundle.files>): Promise<readonly BundledFile[]> {
  return files.map(({ path, loader }) => ({ name: basename(path), content: Bun.file(path), isPage: loader === "html" }))
}

async function toAsset({ name, content, isPage }: BundledFile): Promise<[string, Asset]> {
  const plain = new Uint8Array(await content.arrayBuffer())
  const headers = {
    ...securityHeaders,
    "Content-Type": content.type,
    "Cache-Control": isPage ? "no-cache" : "public, max-age=31536000, immutable",
    ETag: `"${Bun.hash(plain).toString(36)}"`,
    Vary: "Accept-Encoding",
  }
  const isText = /^(text|image\/svg)/.test(content.type)
  return [isPage ? "/" : `/${name}`, { headers, plain, gzipped: isText ? Bun.gzipSync(plain) : undefined }]
}
