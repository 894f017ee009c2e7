/**
 * What a browser meets at the public address: the certificate, the proxy, the origin, the
 * websocket. It sends only what any page sends.
 */
import { lookup } from "node:dns/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { version } from "../../../package.json"
import { isPrivate } from "../../server/http/address.ts"
import { fieldsIn, shown, textIn } from "../answer.ts"
import { whyUnanswered } from "../unanswered.ts"
import { type Check, failed, isFailed, lookTwice, ok, type Patience, warning } from "./check.ts"

const timeoutMs = 10_000
/** Long enough for a whole file on a slow line. */
const uploadTimeoutMs = 60_000
/** A server that decides by the length alone has answered by then. */
const bodyWaitMs = 2_000
const bodyPieceBytes = 64 * 1_024
const clockSkewMs = 5_000
const handshake = "/socket.io/?EIO=4&transport="
/** An address reserved for examples (RFC 5737), so nobody has it. */
const pretended = "203.0.113.77"
const elsewhere = "https://elsewhere.invalid"

/** The address of a name. */
type Resolve = (name: string) => Promise<string>

const resolveBySystem: Resolve = async (name) => (await lookup(name)).address

export async function outsideChecks(url: string, patience: Patience, resolve = resolveBySystem): Promise<Check[]> {
  const { signal } = patience
  const reach = await lookTwice(() => reachCheck(url, signal), isFailed, patience)
  if (reach.verdict === "failed") return [reach]
  const checks: readonly (readonly [name: string, look: () => Promise<Check>])[] = [
    ["version there", () => versionCheck(url, signal)],
    ["clock there", () => clockCheck(url, signal)],
    ["proxy", () => addressCheck(url, signal, resolve)],
    ["origin", () => originCheck(url, signal)],
    ["uploads", () => uploadCheck(url, signal)],
    ["polling", () => pollingCheck(url, signal)],
    ["websocket", () => websocketCheck(url)],
  ]
  const found = [reach]
  for (const [name, look] of checks)
    found.push(await lookTwice(() => unlessItFails(name, look, signal), isFailed, patience))
  return found
}

/** No answer in time is a result as well. */
async function unlessItFails(name: string, look: () => Promise<Check>, signal: AbortSignal): Promise<Check> {
  try {
    return await look()
  } catch (cause) {
    signal.throwIfAborted()
    return failed(
      name,
      `there is no answer: ${whyUnanswered(cause)}`,
      "Look into the log of the proxy, and run this again.",
    )
  }
}

function get(url: string, signal: AbortSignal, headers: Record<string, string> = {}): Promise<Response> {
  return ask(url, signal, { headers })
}

function ask(url: string, signal: AbortSignal, request: RequestInit, withinMs = timeoutMs): Promise<Response> {
  return fetch(url, {
    ...request,
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
  })
}

async function statusOf(url: string, signal: AbortSignal, headers: Record<string, string>): Promise<number> {
  const response = await get(url, signal, headers)
  await response.body?.cancel()
  return response.status
}

async function reachCheck(url: string, signal: AbortSignal): Promise<Check> {
  try {
    const response = await get(`${url}/readyz`, signal)
    const { status } = await fieldsIn(response)
    if (response.status === 200 && status === "ready") return ok("address", `${url} is ready`)
    if (status === "not ready") return failed("address", `${url} is not ready`, `Ask it why: ${url}/readyz`)
    const remedy = "Point the proxy at Warren: deploy/ has samples for Caddy and nginx."
    return failed("address", `something else than Warren answers at ${url} (${response.status})`, remedy)
  } catch (cause) {
    return failed(
      "address",
      `${url} cannot be reached: ${whyUnanswered(cause)}`,
      "Check the name, the certificate, the proxy and the firewall.",
    )
  }
}

async function versionCheck(url: string, signal: AbortSignal): Promise<Check> {
  const response = await get(`${url}/asyncapi.json`, signal)
  const { version: there } = ((await fieldsIn(response))["info"] ?? {}) as { version?: unknown }
  if (there === version) return ok("version there", version)
  return warning(
    "version there",
    `${typeof there === "string" ? shown(there) : "unknown"}, and this is ${version}`,
    "Restart the server after an update.",
  )
}

async function clockCheck(url: string, signal: AbortSignal): Promise<Check> {
  const response = await get(`${url}/healthz`, signal)
  await response.body?.cancel()
  const there = Date.parse(response.headers.get("date") ?? "")
  const byMs = Math.abs(Date.now() - there)
  if (Number.isNaN(there) || byMs <= clockSkewMs) return ok("clock there", Number.isNaN(there) ? "not told" : "as here")
  return warning("clock there", `it differs from here by ${Math.round(byMs / 1_000)} s`, "Keep both right by NTP.")
}

/** Limits are by address: if everybody came from the proxy's, one visitor could use up the limits of all. */
async function addressCheck(url: string, signal: AbortSignal, resolve: Resolve): Promise<Check> {
  const remedy = "Let the proxy set X-Forwarded-For, and name it in TRUSTED_PROXIES: deploy/ has samples."
  const seen = await seenAddress(url, signal)
  if (seen === undefined) return warning("proxy", "the server does not tell which address it sees", "Update it.")
  if (isPrivate(seen)) {
    // From the same network that may be right: there the proxy trusts the header.
    if (isPrivate(await resolve(new URL(url).hostname.replace(/^\[|\]$/g, ""))))
      return ok("proxy", `the server sees ${seen}; from another network this tells more`)
    return failed("proxy", `the server sees ${seen}, the proxy's address, in place of its visitors'`, remedy)
  }
  if ((await seenAddress(url, signal, { "X-Forwarded-For": pretended })) === pretended)
    return failed("proxy", "whoever writes an X-Forwarded-For of their own is taken for that address", remedy)
  return ok("proxy", `the server sees ${seen}`)
}

async function seenAddress(url: string, signal: AbortSignal, headers = {}): Promise<string | undefined> {
  const response = await get(`${url}/address`, signal, headers)
  const { address } = await fieldsIn(response)
  return typeof address === "string" ? shown(address) : undefined
}

async function originCheck(url: string, signal: AbortSignal): Promise<Check> {
  const own = await statusOf(`${url}${handshake}polling`, signal, { Origin: new URL(url).origin })
  if (own !== 200) {
    return failed(
      "origin",
      `a page of ${url} is refused (${own})`,
      `Set PUBLIC_URL=${new URL(url).origin}, and let the proxy pass the Host header.`,
    )
  }
  const foreign = await statusOf(`${url}${handshake}polling`, signal, { Origin: elsewhere })
  if (foreign !== 200) return ok("origin", "its own pages may connect, and those of other sites may not")
  return warning("origin", "pages of any site may connect", "Name those that may in ALLOWED_ORIGINS, in place of *.")
}

/**
 * A proxy's own limit for bodies. Most decide by the length alone, and no byte is sent; so does the server, since no
 * such upload exists. A proxy that waits for the body (Caddy for its first bytes, nginx with buffering for all of it)
 * gets zeros.
 */
async function uploadCheck(url: string, signal: AbortSignal): Promise<Check> {
  const { fileBytesMax } = await fieldsIn(await get(`${url}/api/server`, signal))
  if (typeof fileBytesMax !== "number" || fileBytesMax === 0) return ok("uploads", "this server takes no files")
  const told = new AbortController()
  const sent = reluctantBody(fileBytesMax)
  const response = await ask(
    `${url}/uploads/doctor`,
    AbortSignal.any([signal, told.signal]),
    {
      method: "PATCH",
      headers: { "Content-Length": `${fileBytesMax}`, "Upload-Offset": "0" },
      body: sent.body,
    },
    uploadTimeoutMs,
  )
  told.abort()
  const size = `${fileBytesMax / 1_000_000} MB`
  if (response.status === 413) {
    const remedy =
      "Raise the proxy's bound on bodies (nginx: client_max_body_size, Caddy: request_body), or lower FILE_BYTES_MAX."
    return failed("uploads", `the proxy refuses files of ${size}, which the server takes`, remedy)
  }
  if (sent.bytes() === 0 || sent.bytes() === fileBytesMax) return ok("uploads", `files of ${size} come through`)
  return ok("uploads", `files of ${size} are not refused by their length; this proxy may still count as they come`)
}

/** Nothing for a while, then as many zeros as requested. */
function reluctantBody(bytesMax: number): { readonly body: ReadableStream<Uint8Array>; readonly bytes: () => number } {
  let bytes = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (bytes === 0) await sleep(bodyWaitMs)
        const piece = Math.min(bodyPieceBytes, bytesMax - bytes)
        if (piece === 0) return controller.close()
        bytes += piece
        controller.enqueue(new Uint8Array(piece))
      },
    },
    { highWaterMark: 0 },
  )
  return { body, bytes: () => bytes }
}

async function pollingCheck(url: string, signal: AbortSignal): Promise<Check> {
  const response = await get(`${url}${handshake}polling`, signal)
  if (response.status === 200 && (await textIn(response)).startsWith("0{")) return ok("polling", "works")
  return failed("polling", `it is answered with ${response.status}`, "Let the proxy pass /socket.io/ as it is.")
}

async function websocketCheck(url: string): Promise<Check> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}${handshake}websocket`)
  try {
    const first = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no answer")), timeoutMs)
      socket.onmessage = ({ data }) => resolve(String(data))
      socket.onerror = () => reject(new Error("it was refused"))
      socket.onclose = ({ code }) => reject(new Error(`it was closed (${code})`))
      socket.addEventListener("close", () => clearTimeout(timer))
    })
    if (first.startsWith("0{")) return ok("websocket", "works")
    return failed("websocket", "something else than Warren answers", "Let the proxy pass /socket.io/ as it is.")
  } catch (cause) {
    const remedy =
      "Let the proxy pass Upgrade and Connection with HTTP/1.1: deploy/ has samples. Until then clients poll."
    return failed("websocket", `it does not come through: ${whyUnanswered(cause)}`, remedy)
  } finally {
    socket.close()
  }
}
