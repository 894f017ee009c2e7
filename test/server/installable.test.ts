import { expect, test } from "bun:test"
import { startTestApp } from "../support/app.ts"

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

test("where there is nothing, a person gets a page and a program a sentence in JSON", async () => {
  await using app = await startTestApp()
  const page = await fetch(`${app.url}/nope`, { headers: { Accept: browser } })
  expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"])
  expect(await page.text()).toContain("Page not found")
  for (const accept of ["*/*", "application/json", "text/htmlx", ""]) {
    const answer = await fetch(`${app.url}/nope`, { headers: { Accept: accept } })
    expect([answer.status, answer.headers.get("content-type")]).toEqual([404, "application/json;charset=utf-8"])
    expect(await answer.json()).toMatchObject({
      ok: false,
      error: { code: "ERR_NOT_FOUND", message: expect.stringContaining("/docs") },
    })
    expect(answer.headers.get("vary")).toBe("Accept")
  }
})

test("a page of one sentence is in the first language of the browser's that there is", async () => {
  await using app = await startTestApp()
  const titleFor = async (languages: string) => {
    const headers = { Accept: browser, "Accept-Language": languages }
    const page = await fetch(`${app.url}/nope`, { headers })
    expect(page.headers.get("vary")).toContain("Accept-Language")
    const [, html, title] = /<html ([^>]+)>.*<h1>(.+)<\/h1>/s.exec(await page.text()) ?? []
    return [html, title]
  }
  expect(await titleFor("de-AT,de;q=0.9,en;q=0.8")).toEqual(['lang="de"', "Seite nicht gefunden"])
  expect(await titleFor("fr-FR, ar-EG;q=0.8, de;q=0.7")).toEqual(['lang="ar" dir="rtl"', "الصفحة غير موجودة"])
  expect(await titleFor("fr, constructor")).toEqual(['lang="en"', "Page not found"])
})

test("the page can be installed: its head names a manifest, whose icons are there in their sizes", async () => {
  await using app = await startTestApp()
  const html = await (await fetch(app.url)).text()
  const [, path = ""] = /<link rel="manifest" href="([^"]+)">/.exec(html) ?? []
  const answer = await fetch(app.url + path)
  expect(answer.headers.get("content-type")).toBe("application/manifest+json")
  const manifest = (await answer.json()) as Manifest
  const { icons } = manifest
  expect([manifest.start_url, manifest.display]).toEqual(["/", "standalone"])
  // Without it a phone tells the page of no safe area.
  expect(html).toMatch(/<meta name="viewport" content="[^"]*viewport-fit=cover/)
  expect(icons.map(({ purpose }) => purpose)).toContain("maskable")
  expect(icons.length).toBe(3)
  for (const { src, sizes } of icons) expect(await sizeOf(app.url + src), src).toBe(sizes)
  const [, touch = ""] = /<link rel="apple-touch-icon" href="([^"]+)">/.exec(html) ?? []
  expect(await sizeOf(app.url + touch)).toBe("180x180")
  expect(await sizeOf(`${app.url}/favicon.ico`)).toBe("48x48")
})

interface Manifest {
  readonly start_url: string
  readonly display: string
  readonly icons: readonly { readonly src: string; readonly sizes: string; readonly purpose?: string }[]
}

/** As the head of a PNG says. */
async function sizeOf(url: string): Promise<string> {
  const answer = await fetch(url)
  expect([answer.status, answer.headers.get("content-type")], url).toEqual([200, "image/png"])
  const view = new DataView(await answer.arrayBuffer())
  return `${view.getUint32(16)}x${view.getUint32(20)}`
}
