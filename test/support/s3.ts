/**
 * As much of S3 as files need, in this process: objects, ranges, parts, lists of pages, and
 * a signature (version 4) that must be right. What it holds can be looked at, changed and
 * made older, and it can stop answering.
 */
import { createHash, createHmac } from "node:crypto"

interface Stored {
  readonly bytes: Buffer
  modifiedAt: number
}

interface Asked {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly body: Buffer
}

export const access = { accessKeyId: "warren", secretAccessKey: "a secret of the bucket", region: "eu-central-1" }

const pageMax = 2

export class S3Server implements AsyncDisposable {
  /** By their keys. */
  readonly objects = new Map<string, Stored>()
  /** "GET ab/…", in the order in which they came. */
  readonly asked: string[] = []
  /** Refuses everything meanwhile. */
  isDown = false
  /** Called before a request is carried out. */
  before: (method: string, key: string) => Promise<void> | void = () => {}
  /** Called once it is, before its answer leaves. */
  after: (method: string, key: string) => Promise<void> | void = () => {}
  readonly #parts = new Map<string, Map<number, Buffer>>()
  readonly #server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    maxRequestBodySize: 200_000_000,
    fetch: (request) => this.#answer(request),
  })

  get endpoint(): string {
    return this.#server.url.origin
  }

  /** For the environment of a server. */
  get environment(): Record<string, string> {
    const { accessKeyId, secretAccessKey, region } = access
    const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region }
    return { S3_ENDPOINT: this.endpoint, ...keys }
  }

  age(ms: number): void {
    for (const object of this.objects.values()) object.modifiedAt -= ms
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true)
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams: query } = new URL(request.url)
    const key = decodeURIComponent(pathname.replace(/^\/bucket\/?/, ""))
    const { method, headers } = request
    const body = Buffer.from(await request.arrayBuffer())
    if (this.isDown) return error(503, "SlowDown")
    if (!isSigned(request)) return error(403, "SignatureDoesNotMatch")
    if (!/^\/bucket(\/|$)/.test(pathname)) return error(404, "NoSuchBucket")
    await this.before(method, key)
    this.asked.push(`${method} ${key}`)
    const answer = this.#carryOut({ method, key, query, headers, body })
    await this.after(method, key)
    return answer
  }

  #carryOut(request: Asked): Response {
    const { method, key, query, body } = request
    if (method === "POST") return this.#multipart(key, query)
    if (method === "DELETE") {
      this.objects.delete(key)
      return new Response(null, { status: 204 })
    }
    if (method !== "PUT") return key === "" ? this.#list(query) : this.#get(request)
    const number = query.get("partNumber")
    if (number === null) this.#put(key, body)
    else this.#parts.get(query.get("uploadId") ?? "")?.set(Number(number), body)
    return new Response(null, { headers: { ETag: etagOf(body) } })
  }

  #put(key: string, bytes: Buffer): void {
    this.objects.set(key, { bytes, modifiedAt: Date.now() })
  }

  #multipart(key: string, query: URLSearchParams): Response {
    const id = query.get("uploadId")
    if (id === null) {
      const begun = crypto.randomUUID()
      this.#parts.set(begun, new Map())
      return xml(`<InitiateMultipartUploadResult><UploadId>${begun}</UploadId></InitiateMultipartUploadResult>`)
    }
    const parts = [...(this.#parts.get(id) ?? [])].sort(([a], [b]) => a - b)
    const bytes = Buffer.concat(parts.map(([, part]) => part))
    this.#put(key, bytes)
    return xml(`<CompleteMultipartUploadResult><ETag>${etagOf(bytes)}</ETag></CompleteMultipartUploadResult>`)
  }

  #get({ method, key, headers }: Asked): Response {
    const object = this.objects.get(key)
    if (object === undefined) return error(404, "NoSuchKey")
    const { bytes, modifiedAt } = object
    const about = { ETag: etagOf(bytes), "Last-Modified": new Date(modifiedAt).toUTCString() }
    if (method === "HEAD") return new Response(null, { headers: { ...about, "Content-Length": `${bytes.length}` } })
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.get("range") ?? "") ?? []
    if (from === undefined) return new Response(bytes as never, { headers: about })
    return new Response(bytes.subarray(Number(from), Number(to) + 1) as never, { status: 206, headers: about })
  }

  #list(query: URLSearchParams): Response {
    const after = query.get("continuation-token") ?? ""
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "")).sort()
    const rest = keys.filter((key) => key > after)
    const page = rest.slice(0, pageMax)
    const isTruncated = rest.length > page.length
    const contents = page.map((key) => {
      const { modifiedAt = 0, bytes } = this.objects.get(key) ?? {}
      const at = new Date(modifiedAt).toISOString()
      return `<Contents><Key>${key}</Key><LastModified>${at}</LastModified><Size>${bytes?.length}</Size></Contents>`
    })
    const next = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ""
    return xml(
      `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
    )
  }
}

function xml(body: string, status = 200): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>${body}`, { status })
}

function error(status: number, code: string): Response {
  return xml(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`, status)
}

function etagOf(bytes: Buffer): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function isSigned({ method, headers, url }: Request): boolean {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
  const [, credential = "", names = "", signature] = pattern.exec(headers.get("authorization") ?? "") ?? []
  const [keyId, ...scope] = credential.split("/")
  if (keyId !== access.accessKeyId || scope[1] !== access.region) return false
  const { pathname, search } = new URL(url)
  const query = search.slice(1).split("&").toSorted().join("&")
  const signed = names.split(";").map((name) => `${name}:${headers.get(name)?.trim()}\n`)
  const hash = headers.get("x-amz-content-sha256")
  const canonical = [method, pathname, query, signed.join(""), names, hash].join("\n")
  const digest = createHash("sha256").update(canonical).digest("hex")
  const text = ["AWS4-HMAC-SHA256", headers.get("x-amz-date"), scope.join("/"), digest].join("\n")
  const key = scope.reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${access.secretAccessKey}`)
  return hmac(key, text).toString("hex") === signature
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest()
}
