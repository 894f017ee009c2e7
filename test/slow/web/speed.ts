/**
 * How soon something is to be seen, far from the server and with little to compute with. What decides it is counted: what
 * has to be fetched before the first paint, in how many turns, and how large it is. So it holds on a busy machine.
 */
import { expect } from "bun:test"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"

/** As Chromium's own tools have it: 400 kbit/s with 400 ms to the server, which they call slow 3G. */
const slow3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }
const paintMsMax = 2_500
/** Of an answer, about. */
const headBytes = 700
/** Of a processor four times slower, for a document and styles of this size. */
const drawingMs = 300

export function speedTests({ name, command }: Edition): void {
  for (const { who, sees } of [
    { who: "a newcomer", sees: "main.gate svg.mark" },
    { who: "somebody who comes back", sees: ".shell .wordmark" },
  ]) {
    browserTest(
      `${name}: on slow 3G ${who} sees the frame of the page within 2.5 s, before its scripts came`,
      async () => {
        using folder = temporaryFolder()
        await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
        await using ann = await Visitor.open(`${server.url}/healthz`, { allowed: /ERR_FAILED/ })
        const { page } = ann
        if (who !== "a newcomer") await page.evaluate(() => localStorage.setItem("warren.username", '"Ann"'))
        // What draws the page itself never comes.
        await page.route("**/chunk-*.js", (route) => route.abort())
        await page.goto(server.url)
        await page.locator(sees).waitFor()
        expect(await page.evaluate(firstPaint)).toBeGreaterThan(0)

        // The scripts are fetched beside the styles, over the same line: at worst they come first.
        const document = await transferred(server.url)
        const named = await Promise.all(namesIn(document.text).map((path) => transferred(server.url + path)))
        const [styles, scripts] = [/css/, /javascript/].map((kind) => named.filter(({ type }) => kind.test(type)))
        const [soonest, latest] = [styles, [...(styles ?? []), ...(scripts ?? [])]].map((files = []) =>
          Math.round(arrivalMs([document, ...files]) + drawingMs),
        )
        console.log(`${name}: on slow 3G ${who} sees something after ${soonest} to ${latest} ms`)
        expect(styles).toHaveLength(1)
        expect(scripts?.length).toBeGreaterThan(1)
        expect(latest).toBeLessThan(paintMsMax)
      },
    )
  }

  // As a browser has it that is made as slow: SPEED=1, on a machine of its own.
  if (!process.env["SPEED"]) return
  browserTest(`${name}: a browser on slow 3G, with a processor four times slower, paints within 2.5 s`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    // Whoever comes first has it built and compressed.
    await using _first = await Visitor.open(server.url)
    await using ann = await Visitor.open("about:blank")
    const cdp = await ann.page.context().newCDPSession(ann.page)
    await cdp.send("Network.enable")
    await cdp.send("Network.emulateNetworkConditions", slow3G)
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 })
    await ann.page.goto(server.url, { waitUntil: "commit" })
    await ann.page.getByLabel("Your name").waitFor({ timeout: 60_000 })
    const paint = await ann.page.evaluate(firstPaint)
    console.log(`${name}: first contentful paint on slow 3G, processor 4 times slower: ${Math.round(paint)} ms`)
    expect(paint).toBeLessThan(paintMsMax)
  })
}

interface Transferred {
  readonly text: string
  readonly type: string
  readonly bytes: number
}

/** As a browser gets it that knows brotli. */
async function transferred(url: string): Promise<Transferred> {
  const headers = { "Accept-Encoding": "br" }
  const whole = await (await fetch(url, { headers, decompress: false })).arrayBuffer()
  const response = await fetch(url, { headers })
  return { text: await response.text(), type: response.headers.get("content-type") ?? "", bytes: whole.byteLength }
}

/** What the document has fetched before it is painted, or at the same time. */
function namesIn(html: string): string[] {
  const links = html.matchAll(/<(?:script|link rel="(?:stylesheet|modulepreload)")[^>]* (?:src|href)="([^"]+)"/g)
  return [...links].map(([, path = ""]) => path)
}

/** One turn for the document, one for all that it names; each answer has a head of its own. */
function arrivalMs(files: readonly Transferred[]): number {
  const bytes = files.reduce((sum, { bytes }) => sum + bytes + headBytes, 0)
  return 2 * slow3G.latency + (bytes / slow3G.downloadThroughput) * 1_000
}

/** What is in the document is painted a frame later: then the entry is there, or comes. */
function firstPaint(): Promise<number> {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const [entry] = list.getEntriesByName("first-contentful-paint")
      if (entry) resolve(entry.startTime)
    }).observe({ type: "paint", buffered: true })
  })
}
