/**
 * Content that is the same for everybody: the pages and what they load. One responder
 * serves all of it, so everything has an ETag, compression and the headers that keep a page
 * safe.
 *
 * Compressed forms are made once, on the first request, as small as possible.
 */
import { promisify } from "node:util"
import type { Clock } from "../clock.ts"
import { memoized } from "./memoized.ts"
import { namesTag } from "./ranges.ts"

export interface Content {
  /** Its path: `/docs`. */
  readonly path: string
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly type: string
  /** The Content-Security-Policy of a page. Anything else may load and do nothing. */
  readonly policy?: string
  /** Whether its name contains its version, so browsers may keep it for ever. */
  readonly isFinal?: boolean
}

const securityHeaders = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  // The address of an unlisted room is its key: other sites must not learn it from links or pictures.
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
}

/** The best first. */
const encodings = {
  br: async (body: Uint8Array<ArrayBuffer>) => {
    const { brotliCompress } = await import("node:zlib")
    return promisify<Uint8Array, Buffer>(brotliCompress)(body)
  },
  // 3 % smaller than zlib's best, for some 60 ms of this thread for the largest script.
  gzip: async (body: Uint8Array<ArrayBuffer>) => Bun.gzipSync(body, { library: "libdeflate", level: 12 }),
}
type Encoding = keyof typeof encodings

const isCompressible = /^(text|image\/svg|application\/(json|manifest))/

/** Answers for the paths of the contents; undefined for any other. */
export function responder(load: () => Promise<readonly Content[]>, clock: Pick<Clock, "elapsedMs">) {
  const assets = memoized(async () => {
    const contents = await load()
    return new Map(contents.map((content) => [content.path, new Asset(content, clock)]))
  }, clock)
  return async (request: Request, path: string): Promise<Response | undefined> =>
    (await assets()).get(path)?.respond(request)
}

class Asset {
  readonly #headers: Readonly<Record<string, string>>
  readonly #etag: string
  readonly #body: Uint8Array<ArrayBuffer>
  readonly #compressed: Readonly<Record<Encoding, () => Promise<Uint8Array<ArrayBuffer>>>> | undefined

  constructor({ body, type, policy, isFinal = false }: Content, clock: Pick<Clock, "elapsedMs">) {
    this.#body = typeof body === "string" ? new TextEncoder().encode(body) : body
    // Weak, since it covers the compressed forms too.
    this.#etag = `W/"${Bun.hash(this.#body).toString(36)}"`
    this.#headers = {
      ...securityHeaders,
      ...(policy !== undefined && { "Content-Security-Policy": policy }),
      "Content-Type": type,
      // A restart may bring a new version, so a cached copy is checked each time, which costs one short answer.
      "Cache-Control": isFinal ? "public, max-age=31536000, immutable" : "no-cache",
      ETag: this.#etag,
      Vary: "Accept-Encoding",
    }
    const compressed = (encoding: Encoding) =>
      memoized(async () => new Uint8Array(await encodings[encoding](this.#body)), clock)
    if (isCompressible.test(type)) this.#compressed = { br: compressed("br"), gzip: compressed("gzip") }
  }

  async respond({ headers: asked }: Request): Promise<Response> {
    const headers = this.#headers
    if (namesTag(asked.get("if-none-match"), this.#etag)) return new Response(null, { status: 304, headers })
    const encoding = encodingFor(asked.get("accept-encoding"))
    if (encoding === undefined || this.#compressed === undefined) return new Response(this.#body, { headers })
    const body = await this.#compressed[encoding]()
    return new Response(body, { headers: { ...headers, "Content-Encoding": encoding } })
  }
}

/** RFC 9110, 12.5.3: a weight of zero is a refusal. */
function encodingFor(header: string | null): Encoding | undefined {
  const accepted = new Set<string>()
  for (const part of header?.toLowerCase().split(",") ?? []) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim())
    if (!parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter))) accepted.add(name)
  }
  return (Object.keys(encodings) as Encoding[]).find((name) => accepted.has(name))
}
