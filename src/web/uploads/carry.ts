/**
 * Sends a file over HTTP: a small one whole, a large one resumable, as in tus 1.0. It uses XMLHttpRequest, since
 * `fetch` does not report the progress of an upload.
 */

import { isRecord, isString } from "../core/kept.ts"
import { sentenceOf } from "../core/sentence-of.ts"
import type { SharedFile } from "../core/wire.ts"
import { laterTexts } from "../texts/texts.ts"
import type { Arrival, Carry } from "./uploads.ts"

/** Larger files are worth the two additional requests. */
const wholeBytesMax = 1_000_000

interface Question {
  readonly method: "POST" | "HEAD" | "PATCH" | "DELETE"
  readonly address: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Blob
  readonly onSent?: (bytes: number) => void
  /** It is completed even if the upload is stopped. */
  readonly isLasting?: boolean
}

/** Resolves to `undefined` if the network failed. */
type Ask = (question: Question) => Promise<XMLHttpRequest | undefined>

/** Addresses of files that the server has a part of. */
const begun = new WeakMap<File, string>()
export const places: Pick<typeof begun, "get" | "set"> = begun

const cut = { kind: "failed", reason: undefined } as const satisfies Arrival

/** Sends the token, if there is one; a cookie is sent by itself. */
export function carryBy(token: () => string | undefined): Carry<File> {
  return (source, progress, done) => {
    const stopping = new AbortController()
    const { signal } = stopping
    const onSent = (bytes: number) => progress(source.size === 0 ? 0 : bytes / source.size)
    void carry(source, { ask: asking(token, signal), signal, onSent }).then((arrival) => {
      if (!signal.aborted) done(arrival)
    })
    return () => {
      stopping.abort()
      const known = begun.get(source)
      if (known !== undefined) void asking(token)({ method: "DELETE", address: known })
    }
  }
}

/** Sends a file until the signal stops it. */
interface Way {
  readonly ask: Ask
  readonly signal: AbortSignal
  readonly onSent: (bytes: number) => void
}

async function carry(source: File, way: Way): Promise<Arrival> {
  const { ask, onSent } = way
  await learnBytesMax()
  if (source.size > (knownBytesMax() ?? Number.POSITIVE_INFINITY)) return { kind: "tooLarge" }
  if (source.size > wholeBytesMax) return carryOn(source, way)
  const answer = await ask({ method: "POST", address: `/files?${nameOf(source)}`, body: source, onSent })
  return answer === undefined ? cutOf(source) : arrivalIn(answer)
}

/**
 * A request fails alike whether the network or the file failed: a file that cannot be read would be sent again for
 * ever.
 */
async function cutOf(source: File): Promise<Arrival> {
  try {
    await source.slice(0, 1).arrayBuffer()
    return cut
  } catch {
    return { kind: "failed", reason: laterTexts().files.changed }
  }
}

async function carryOn(source: File, way: Way): Promise<Arrival> {
  const { ask, onSent } = way
  const place = await placeOf(source, way)
  if ("kind" in place) return place
  const { address, offset } = place
  // Reported at once, so the next tab knows the address too.
  onSent(offset)
  const answer = await ask({
    method: "PATCH",
    address,
    headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": `${offset}` },
    body: source.slice(offset),
    onSent: (bytes) => onSent(offset + bytes),
  })
  // The server may not know yet that the last attempt was cut: the next one asks again.
  if (answer === undefined || answer.status === 409) return cutOf(source)
  return arrivalIn(answer)
}

async function placeOf(
  source: File,
  { ask, signal }: Way,
): Promise<{ readonly address: string; readonly offset: number } | Arrival> {
  const known = begun.get(source)
  if (known !== undefined) {
    const answer = await ask({ method: "HEAD", address: known })
    if (answer === undefined) return cut
    if (answer.status === 200) return { address: known, offset: Number(answer.getResponseHeader("Upload-Offset")) }
    // The server restarted, refused the upload, or waited long enough.
    begun.delete(source)
  }
  if (signal.aborted) return cut
  const headers = { "Upload-Length": `${source.size}` }
  // The server creates the upload whether or not anybody hears its address: only who hears it can delete it.
  const answer = await ask({ method: "POST", address: `/uploads?${nameOf(source)}`, headers, isLasting: true })
  const address = answer?.status === 201 ? answer.getResponseHeader("Location") : null
  if (address === null) return arrivalIn(answer)
  if (signal.aborted) {
    void ask({ method: "DELETE", address, isLasting: true })
    return cut
  }
  begun.set(source, address)
  return { address, offset: 0 }
}

function asking(token: () => string | undefined, signal = new AbortController().signal): Ask {
  return ({ method, address, headers = {}, body, onSent, isLasting = false }) =>
    new Promise((resolve) => {
      if (signal.aborted && !isLasting) return resolve(undefined)
      const request = new XMLHttpRequest()
      const stop = () => request.abort()
      if (!isLasting) signal.addEventListener("abort", stop)
      if (onSent) request.upload.addEventListener("progress", ({ loaded }) => onSent(loaded))
      request.addEventListener("loadend", () => {
        signal.removeEventListener("abort", stop)
        resolve(request.status === 0 ? undefined : request)
      })
      request.open(method, address)
      const bearer = token()
      if (bearer !== undefined) request.setRequestHeader("Authorization", `Bearer ${bearer}`)
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
      request.send(body ?? null)
    })
}

const nameOf = ({ name }: File) => `name=${encodeURIComponent(name)}`

function arrivalIn(answer: XMLHttpRequest | undefined): Arrival {
  if (answer === undefined) return cut
  // In the person's language, since it is shown by its number.
  if (answer.status === 507) return { kind: "failed", reason: laterTexts().files.diskFull }
  const body = parsed(answer.responseText)
  if (isRecord(body) && isRecord(body["file"])) {
    return { kind: "arrived", file: body["file"] as unknown as SharedFile }
  }
  // Warren gives a reason; a proxy before it has a limit of its own.
  if (answer.status === 413 && !isRecord(body)) return { kind: "failed", reason: laterTexts().files.tooLargeOnTheWay }
  return failureIn(body)
}

/** What may succeed a little later, or once the person has signed in again. */
const passing = new Set<unknown>(["ERR_RATE_LIMITED", "ERR_BUSY", "ERR_UNAUTHORIZED"])

/** A proxy answers in its own words, which mean nothing to a person. */
function failureIn(body: unknown): Arrival {
  const error = isRecord(body) ? body["error"] : undefined
  if (!isRecord(error) || !isString(error["code"])) return cut
  const refused = { ...error, code: error["code"], event: "upload" }
  return { kind: "failed", reason: sentenceOf(refused), isPassing: passing.has(refused.code) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

let bytesMax: number | undefined

/** The limit for one file, once the server has told it. */
export const knownBytesMax = (): number | undefined => bytesMax

async function learnBytesMax(): Promise<void> {
  if (bytesMax !== undefined) return
  try {
    const server: unknown = await (await fetch("/api/server")).json()
    if (isRecord(server) && typeof server["fileBytesMax"] === "number") bytesMax = server["fileBytesMax"]
  } catch {
    // Then the server checks the file itself.
  }
}
