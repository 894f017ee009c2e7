import { expect, test } from "bun:test"
import { startTestApp } from "../support/app.ts"

const scriptBytesMax = 45 * 1000

test("the page's scripts are at most 45 kB gzipped, kept for ever, and nothing inline may run", async () => {
  await using app = await startTestApp()
  const page = await fetch(`${app.url}/r/00000000-0000-4000-8000-000000000000`)
  expect(page.headers.get("cache-control")).toBe("no-cache")
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'")
  const html = await page.text()
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|<style/i)

  let bytes = 0
  for (const [, path = ""] of html.matchAll(/<script[^>]*\bsrc="([^"]+)"/g)) {
    const script = await fetch(app.url + path, { headers: { "Accept-Encoding": "gzip" } })
    expect(script.headers.get("cache-control")).toContain("immutable")
    bytes += Bun.gzipSync(await script.arrayBuffer()).length
  }
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThanOrEqual(scriptBytesMax)
})

test("the page is sent once: a browser that has it is told so", async () => {
  await using app = await startTestApp()
  const first = await fetch(app.url)
  const again = await fetch(app.url, { headers: { "If-None-Match": first.headers.get("etag") ?? "" } })
  expect([first.status, again.status]).toEqual([200, 304])
  expect((await fetch(app.url, { method: "POST" })).status).toBe(405)
})
