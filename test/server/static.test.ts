import { expect, test } from "bun:test"
import { brotliDecompressSync } from "node:zlib"
import { documentPaths } from "../../src/docs/paths.ts"
import { type Content, responder } from "../../src/server/http/static.ts"
import { startTestApp } from "../support/app.ts"
import { stoppedClock } from "../support/clock.ts"

const text = "The same text, over and over. ".repeat(100)
const contents: readonly Content[] = [
  { path: "/", body: text, type: "text/html; charset=utf-8", policy: "script-src 'self'; frame-ancestors 'none'" },
  { path: "/a.js", body: text, type: "text/javascript; charset=utf-8", isFinal: true },
  { path: "/icon.png", body: new Uint8Array([1, 2, 3]), type: "image/png" },
]
const answer = responder(async () => contents, stoppedClock().clock)
const ask = async (path: string, headers: Record<string, string> = {}) => {
  const response = await answer(new Request("http://localhost/", { headers }), path)
  if (response === undefined) throw new Error("no such path")
  return response
}

test.each([
  [undefined, null],
  ["identity", null],
  ["gzip", "gzip"],
  ["gzip, deflate, br, zstd", "br"],
  ["br;q=0, gzip;q=0.5", "gzip"],
  ["BR", "br"],
  ["gzip;q=0.000", null],
  ["brotli, xgzip", null],
] as const)("a text for who takes %p is sent as %p, and is the same then", async (accepts, encoding) => {
  const response = await ask("/", accepts === undefined ? {} : { "Accept-Encoding": accepts })
  const body = new Uint8Array(await response.arrayBuffer())
  const decode = { br: brotliDecompressSync, gzip: Bun.gunzipSync }
  expect(response.headers.get("content-encoding")).toBe(encoding)
  expect(response.headers.get("vary")).toBe("Accept-Encoding")
  expect(new TextDecoder().decode(encoding === null ? body : decode[encoding](body))).toBe(text)
  if (encoding !== null) expect(body.length).toBeLessThan(200)
})

test("what is small already is sent as it is", async () => {
  const response = await ask("/icon.png", { "Accept-Encoding": "br" })
  expect(response.headers.get("content-encoding")).toBeNull()
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]))
})

test("a copy that is still right costs one short answer, also in its compressed form", async () => {
  const etag = (await ask("/")).headers.get("etag") ?? ""
  for (const known of [etag, `"other", ${etag}`, `${etag} , W/"x"`, "*"]) {
    const again = await ask("/", { "If-None-Match": known, "Accept-Encoding": "br" })
    expect([again.status, await again.text(), again.headers.get("etag")], known).toEqual([304, "", etag])
  }
  for (const known of ["", '"other"', etag.slice(0, -2)]) {
    expect((await ask("/", { "If-None-Match": known })).status, known).toBe(200)
  }
})

test("only what has its version in its name is kept without asking", async () => {
  expect((await ask("/")).headers.get("cache-control")).toBe("no-cache")
  expect((await ask("/a.js")).headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
})

test("nobody may frame what is sent, take it for another type, or learn where a reader came from", async () => {
  for (const { path, policy } of contents) {
    const { headers } = await ask(path)
    expect(headers.get("content-security-policy")).toBe(policy ?? "default-src 'none'; frame-ancestors 'none'")
    expect(headers.get("x-content-type-options")).toBe("nosniff")
    expect(headers.get("referrer-policy")).toBe("no-referrer")
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin")
  }
  await using app = await startTestApp()
  for (const path of ["/", "/r/00000000-0000-4000-8000-000000000000", ...documentPaths]) {
    const { headers } = await fetch(app.url + path)
    expect(headers.get("content-security-policy"), path).toContain("frame-ancestors 'none'")
    expect(headers.get("content-security-policy"), path).toContain("default-src 'none'")
  }
})

test("pages and documents are only read, and take no body", async () => {
  await using app = await startTestApp()
  for (const path of ["/", "/r/x", "/healthz", "/readyz", "/elsewhere", ...documentPaths]) {
    const post = await fetch(app.url + path, { method: "POST", body: "x" })
    expect([post.status, post.headers.get("allow")], path).toEqual([405, "GET, HEAD"])
  }
  const body = new Uint8Array(1_000)
  expect((await fetch(`${app.url}/socket.io/`, { method: "POST", body: new Uint8Array(300_000) })).status).toBe(413)
  expect((await fetch(`${app.url}/socket.io/`, { method: "POST", body })).status).toBe(400)
})

test("what could not be made is tried again after a moment, and who asks meanwhile causes no attempt", async () => {
  const { clock, pass } = stoppedClock()
  let attempts = 0
  const load = async () => {
    attempts++
    if (attempts === 1) throw new Error("no memory")
    return contents
  }
  const answer = responder(load, clock)
  const status = async () => (await answer(new Request("http://localhost/"), "/").catch(() => undefined))?.status
  expect(await Promise.all([status(), status()])).toEqual([undefined, undefined])
  pass(999)
  expect(await status()).toBeUndefined()
  expect(attempts).toBe(1)
  pass(1)
  expect(await Promise.all([status(), status()])).toEqual([200, 200])
  pass(60_000)
  expect(await status()).toBe(200)
  expect(attempts).toBe(2)
})
