import { expect, test } from "bun:test"
import { startTestApp } from "../support/app.ts"

const scriptBytesMax = 55 * 1000

test("the scripts of the first load are at most 55 kB gzipped, kept for ever, and nothing inline may run", async () => {
  await using app = await startTestApp()
  const page = await fetch(`${app.url}/r/00000000-0000-4000-8000-000000000000`)
  expect(page.headers.get("cache-control")).toBe("no-cache")
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'")
  const html = await page.text()
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|<style/i)

  const paths = new Set(matches(html, /<script[^>]*\bsrc="([^"]+)"/g))
  let bytes = 0
  for (const path of paths) {
    const script = await fetch(app.url + path, { headers: { "Accept-Encoding": "gzip" }, decompress: false })
    expect(script.status, path).toBe(200)
    expect(script.headers.get("cache-control")).toContain("immutable")
    const sent = new Uint8Array(await script.arrayBuffer())
    bytes += sent.length
    const text = new TextDecoder().decode(Bun.gunzipSync(sent))
    const imported = matches(text, /(?:\bfrom|\bimport)\s*"(\/[^"]+\.js)"/g)
    for (const other of imported) {
      expect(html).toContain(`<link rel="modulepreload" crossorigin href="${other}">`)
      paths.add(other)
    }
  }
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThanOrEqual(scriptBytesMax)
})

test("the script that runs before the first paint comes before all others, and waits for nothing", async () => {
  await using app = await startTestApp()
  const html = await (await fetch(app.url)).text()
  const [first] = html.matchAll(/<script([^>]*)>/g)
  expect(first?.[1]).toMatch(/^ src="\/before-paint-\w+\.js"$/)
})

test("the page is sent once: a browser that has it is told so", async () => {
  await using app = await startTestApp()
  const first = await fetch(app.url)
  const again = await fetch(app.url, { headers: { "If-None-Match": first.headers.get("etag") ?? "" } })
  expect([first.status, again.status]).toEqual([200, 304])
  expect((await fetch(app.url, { method: "POST" })).status).toBe(405)
})

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found)
}
