/**
 * Answers with a stored file: whole, as one range, or not at all if the reader has it (RFC
 * 9110, 13 and 14), at the reader's pace.
 */
import { ChatError } from "../../contract/errors.ts"
import type { StoredBlob } from "../../files/blobs.ts"

interface Sent {
  readonly open: () => Promise<StoredBlob | undefined>
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

interface Range {
  readonly start: number
  /** Behind the last byte. */
  readonly end: number
}

/** Throws ERR_NOT_FOUND when its bytes are not there. */
export async function sendBytes(request: Request, { open, etag, headers: own }: Sent): Promise<Response> {
  const headers = { ...own, ETag: etag, "Accept-Ranges": "bytes" }
  if (namesTag(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers })
  const stored = await open()
  if (stored === undefined) throw new ChatError("ERR_NOT_FOUND", { message: "There is no such file." })
  const { size } = stored
  const range = isConditional(request, etag) ? undefined : rangeOf(request.headers.get("range"), size)
  if (range === "unsatisfiable") {
    return new Response(null, { status: 416, headers: { ...own, "Content-Range": `bytes */${size}` } })
  }
  const { start, end } = range ?? { start: 0, end: size }
  const status = range === undefined ? 200 : 206
  const about = {
    ...headers,
    "Content-Length": `${end - start}`,
    ...(range !== undefined && { "Content-Range": `bytes ${start}-${end - 1}/${size}` }),
  }
  if (request.method === "HEAD") return new Response(null, { status, headers: about })
  return new Response(stored.body(start, end), { status, headers: about })
}

/** Whether `If-None-Match` names the tag. */
export function namesTag(header: string | null, etag: string): boolean {
  return header?.split(",").some((tag) => [etag, `W/${etag}`, "*"].includes(tag.trim())) ?? false
}

/** Whether the range is for another version only. */
function isConditional({ headers }: Request, etag: string): boolean {
  const condition = headers.get("if-range")
  return condition !== null && condition !== etag
}

/** Several ranges, or an invalid one, are answered with the whole file. */
function rangeOf(header: string | null, size: number): Range | "unsatisfiable" | undefined {
  const { first = "", last = "" } = /^bytes=(?<first>\d{0,15})-(?<last>\d{0,15})$/.exec(header ?? "")?.groups ?? {}
  if (first === "" && last === "") return undefined
  if (first === "") return Number(last) === 0 ? "unsatisfiable" : { start: Math.max(0, size - Number(last)), end: size }
  if (last !== "" && Number(last) < Number(first)) return undefined
  if (Number(first) >= size) return "unsatisfiable"
  return { start: Number(first), end: last === "" ? size : Math.min(size, Number(last) + 1) }
}
