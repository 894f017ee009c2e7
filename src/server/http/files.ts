/**
 * Files over HTTP: uploads, and downloads of what messages hold.
 *
 * Whoever knows a file's address may fetch it, so pages of other sites may not embed it,
 * and nothing in it ever runs: anything but pictures, sound and video is a download, in a
 * sandbox. An upload needs what a connection needs: an accepted page and a token.
 */
import type { Identity } from "../../chat/session.ts"
import { ChatError } from "../../contract/errors.ts"
import type { FileId } from "../../contract/files.ts"
import { isPicture } from "../../contract/picture-types.ts"
import type { Files } from "../../files/files.ts"
import type { ResumableUploads } from "../../files/resumable.ts"
import type { Progress } from "../../files/whole.ts"
import type { Incidents } from "../../observe/incidents.ts"
import type { Clock } from "../clock.ts"
import { bearerIn } from "../identity/identify.ts"
import type { Limiter } from "../limits/limiter.ts"
import { keyOf } from "./address.ts"
import { preflight, readableBy } from "./cors.ts"
import { failed, notAllowed } from "./failures.ts"
import type { BunServer, Gate } from "./gate.ts"
import { sendBytes } from "./ranges.ts"

export const filesPath = "/files"
export const uploadsPath = "/uploads"

/** Identifies the user of an HTTP request. Throws ERR_UNAUTHORIZED. */
type IdentifyRequest = (handshake: {
  readonly token: unknown
  readonly header: (name: string) => string | null
}) => Promise<Identity>

export interface FileRequestsOptions {
  readonly files: Files
  readonly uploads: ResumableUploads
  readonly gate: Gate
  /** None where nobody is known. */
  readonly identify: IdentifyRequest | undefined
  /** None when there are no limits. */
  readonly limiter: Limiter | undefined
  readonly incidents: Incidents
  readonly clock: Clock
  readonly isStopping: () => boolean
}

export class FileRequests {
  readonly #options: FileRequestsOptions

  constructor(options: FileRequestsOptions) {
    this.#options = options
  }

  /** How much of a body is read: a little more than a file may have, so that the refusal can say why. */
  get bodyBytesMax(): number {
    return this.#options.files.bytesMax + 65_536
  }

  async handle(request: Request, server: BunServer, path: string): Promise<Response> {
    const response = await this.#answer(request, server, path).catch((cause) => {
      // People who send files on the move lose their network: that is no failure of the server, and nobody hears the
      // answer.
      if (isCut(cause)) return new Response(null, { status: 400 })
      return failed(cause, this.#options.incidents)
    })
    return readableBy(request.headers.get("origin"), response)
  }

  async #answer(request: Request, server: BunServer, path: string): Promise<Response> {
    const { method } = request
    if (path === uploadsPath || path.startsWith(`${uploadsPath}/`)) return this.#resume(request, server, path)
    if (path !== filesPath) {
      if (method === "OPTIONS") return preflight(request)
      return method === "GET" || method === "HEAD" ? this.#send(request, path) : notAllowed("GET, HEAD")
    }
    this.#checkPage(request)
    if (method === "OPTIONS") return preflight(request)
    return method === "POST" ? this.#receive(request, server) : notAllowed("POST")
  }

  async #receive(request: Request, server: BunServer): Promise<Response> {
    const { files, isStopping } = this.#options
    if (isStopping()) throw new ChatError("ERR_BUSY")
    files.checkOpen()
    const ownerId = await this.#ownerOf(request)
    const length = lengthOf(request)
    checkBody(request)
    files.checkLength(length)
    const owner = ownerId ?? keyOf(this.#options.gate.addressOf(request, server))
    this.#checkRate(owner, length ?? 0)
    const name = new URL(request.url).searchParams.get("name")
    const file = await this.#withPlace(owner, async () => {
      const body = counted(request)
      try {
        return await files.receive(body.pieces, { name, ownerId }, length)
      } finally {
        if (length === undefined) this.#charge(owner, body.bytes())
      }
    })
    return Response.json({ ok: true, file }, { status: 201, headers: { Location: file.url } })
  }

  /** The core of tus 1.0 (https://tus.io/protocols/resumable-upload) with its termination, and the file in the answer to the last piece. */
  async #resume(request: Request, server: BunServer, path: string): Promise<Response> {
    this.#checkPage(request)
    const { method, headers } = request
    if (method === "OPTIONS") return preflight(request, "DELETE, HEAD, PATCH, POST")
    const { files, uploads, gate, isStopping } = this.#options
    if (isStopping()) throw new ChatError("ERR_BUSY")
    files.checkOpen()
    const ownerId = await this.#ownerOf(request)
    const owner = ownerId ?? keyOf(gate.addressOf(request, server))
    const id = path.slice(uploadsPath.length + 1)
    if (path === uploadsPath && method === "POST") {
      const length = countIn(headers, "upload-length")
      files.checkLength(length)
      this.#checkRate(owner, length)
      const name = new URL(request.url).searchParams.get("name")
      const location = `${uploadsPath}/${await uploads.create({ name, ownerId, owner, length })}`
      return new Response(null, { status: 201, headers: { ...tusHeaders, Location: location } })
    }
    if (method === "HEAD") return progressed(await uploads.progress(id, owner), 200)
    if (method === "DELETE") {
      await uploads.drop(id, owner)
      return new Response(null, { status: 204, headers: tusHeaders })
    }
    if (method !== "PATCH") return notAllowed(path === uploadsPath ? "POST" : "DELETE, HEAD, PATCH")
    const offset = countIn(headers, "upload-offset")
    const { pieces } = counted(request)
    return progressed(await this.#withPlace(owner, () => uploads.append(id, owner, offset, pieces)), 204)
  }

  async #send(request: Request, path: string): Promise<Response> {
    this.#checkReader(request)
    const [, , id = "", ...rest] = path.split("/")
    const isThumbnail = rest.length === 2 && rest[0] === "thumbnail"
    if (!isFileId(id) || !(rest.length === 1 || isThumbnail)) throw notThere()
    const { file, sha256, open } = await this.#options.files.find(id)
    if (isThumbnail && !file.hasThumbnail) throw notThere()
    const type = isThumbnail ? "image/webp" : file.mimeType
    const headers = { ...safeHeaders, ...shownAs(type, isThumbnail ? "thumbnail.webp" : file.name) }
    const etag = `"${sha256.slice(0, 32)}${isThumbnail ? "-t" : ""}"`
    return sendBytes(request, { open: () => open(isThumbnail ? "thumbnail" : "original"), etag, headers })
  }

  #checkPage(request: Request): void {
    const reason = this.#options.gate.refusalByOrigin(request)
    if (reason !== undefined) throw new ChatError("ERR_FORBIDDEN", { message: reason })
  }

  /** A page of another site may link here, but not embed it. */
  #checkReader(request: Request): void {
    const { headers } = request
    const isLink = headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document"
    if (!isLink) this.#checkPage(request)
  }

  async #ownerOf({ headers }: Request): Promise<Identity["userId"] | null> {
    const { identify } = this.#options
    if (identify === undefined) return null
    const token = bearerIn(headers)
    try {
      return (await identify({ token, header: (name) => headers.get(name) })).userId
    } catch (cause) {
      if (cause instanceof ChatError) throw token === undefined ? tokenNeeded(cause) : cause
      // The token may be right: the keys cannot be fetched.
      throw new ChatError("ERR_BUSY", { cause })
    }
  }

  #checkRate(owner: string, bytes: number): void {
    const { limiter, clock } = this.#options
    const waitMs = limiter?.checkUpload(owner, bytes, clock.elapsedMs()) ?? 0
    if (waitMs > 0) throw tooMany(waitMs)
  }

  /** While its bytes arrive. Slow uploads of one owner leave room for those of everybody else. */
  async #withPlace<T>(owner: string, take: () => Promise<T>): Promise<T> {
    const { limiter } = this.#options
    const waitMs = limiter?.admitUpload(owner) ?? 0
    if (waitMs > 0) throw tooMany(waitMs)
    try {
      return await take()
    } finally {
      limiter?.releaseUpload(owner)
    }
  }

  #charge(owner: string, bytes: number): void {
    const { limiter, clock } = this.#options
    limiter?.chargeUpload(owner, bytes, clock.elapsedMs())
  }
}

/** How Bun reports that the other side of a body is gone. */
function isCut(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "AbortError"
}

function tooMany(retryAfterMs: number): ChatError {
  return new ChatError("ERR_RATE_LIMITED", { details: { retryAfterMs } })
}

/** The bytes of a request, and how many came. */
function counted({ body }: Request): { readonly pieces: AsyncIterable<Uint8Array>; readonly bytes: () => number } {
  let bytes = 0
  async function* pieces() {
    for await (const piece of (body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      bytes += piece.byteLength
      yield piece
      // Whoever asks for the next piece is done with this one: otherwise 100 MB would wait for garbage collection.
      if (piece.byteLength === piece.buffer.byteLength) (piece.buffer as ArrayBuffer).transfer(0)
    }
  }
  return { pieces: pieces(), bytes: () => bytes }
}

const tusHeaders = {
  "Tus-Resumable": "1.0.0",
  "Cache-Control": "no-store",
}

function progressed({ offset, length, file }: Progress, status: number): Response {
  const headers = { ...tusHeaders, "Upload-Offset": `${offset}`, "Upload-Length": `${length}` }
  if (file === undefined || status === 200) return new Response(null, { status, headers })
  return Response.json({ ok: true, file }, { headers })
}

function countIn(headers: Headers, name: string): number {
  const value = headers.get(name) ?? ""
  if (/^\d{1,15}$/.test(value)) return Number(value)
  throw new ChatError("ERR_VALIDATION", { message: `The header ${name} must be a number of bytes.` })
}

/** For everything that people sent, of any type. */
const safeHeaders = {
  "Cache-Control": "private, max-age=31536000, immutable",
  "Content-Security-Policy": "sandbox; default-src 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
}

/** A type that a browser shows without running anything. Everything else has no type, so nothing opens it by itself. */
function shownAs(type: string, name: string): Record<string, string> {
  const isShown = isPicture(type) || /^(?:audio|video)\//.test(type)
  return {
    "Content-Type": isShown ? type : "application/octet-stream",
    "Content-Disposition": `${isShown ? "inline" : "attachment"}; filename="${asciiOf(name)}"; filename*=UTF-8''${extended(name)}`,
  }
}

/** For programs that know no other form. */
function asciiOf(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_")
}

/** RFC 8187. */
function extended(name: string): string {
  return encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}

function lengthOf({ headers }: Request): number | undefined {
  const length = headers.get("content-length")
  return length === null ? undefined : Number(length)
}

/** The bytes of a form would be stored as the file. */
function checkBody({ headers }: Request): void {
  if (!/^multipart\/form-data/i.test(headers.get("content-type") ?? "")) return
  throw new ChatError("ERR_VALIDATION", { message: "Send the bytes of the file as the body, not a form." })
}

function tokenNeeded(cause: ChatError): ChatError {
  const message = "A token is needed, as the header Authorization: Bearer TOKEN."
  return new ChatError(cause.code, { message, cause })
}

function isFileId(id: string): id is FileId {
  return /^[\w-]{22}$/.test(id)
}

function notThere(): ChatError {
  return new ChatError("ERR_NOT_FOUND", { message: "There is no such file." })
}
