/** A real browser, and the people in front of it: each has a profile of their own and reports what went wrong there. */

import { expect } from "bun:test"
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core"
import { missing, testUnless } from "../../support/programs.ts"

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

const onMissing = testUnless(missing("chromium"))

/** SLOW=4 gives each page a processor that is four times slower: what depends on luck is found so. By hand only. */
const slowness = Number(process.env["SLOW"] ?? 1)

/** As `test`, in the browser. */
export function browserTest(name: string, run: () => Promise<void>, timeoutMs = 180_000): void {
  onMissing(name, run, timeoutMs * slowness)
}

async function slowDown(page: Page): Promise<void> {
  const tools = await page.context().newCDPSession(page)
  await tools.send("Emulation.setCPUThrottlingRate", { rate: slowness })
}

const launched = new Map<string, Promise<Browser>>()

/** The same engine without a window takes 40 % less time. It is a package of its own, and has no notifications. */
function browser(notifies: boolean): Promise<Browser> {
  const shell = notifies ? null : Bun.which("chromium-headless-shell")
  const executablePath = shell ?? Bun.which("chromium") ?? ""
  const running = launched.get(executablePath) ?? chromium.launch({ executablePath, args })
  launched.set(executablePath, running)
  return running
}

export async function closeBrowser(): Promise<void> {
  await Promise.all([...launched.values()].map(async (running) => (await running).close()))
  launched.clear()
}

export const screens = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
  smallest: { width: 320, height: 568 },
} as const

/**
 * Chromium's words for a handshake that the page itself ended (it went elsewhere, or polls since the answer took too
 * long), and for a packet that meets a socket which the server is just closing.
 */
const gaveUp =
  /WebSocket is closed before the connection is established|WebSocket is already in CLOSING or CLOSED state/

export interface VisitorOptions extends BrowserContextOptions {
  readonly size?: keyof typeof screens
  /** What the browser may complain of: a server that is killed is missed. */
  readonly allowed?: RegExp
  /** Whether they are to see notifications. */
  readonly notifies?: boolean
}

/** Resolves once there is none of it, however many there are until then: of several Playwright's own wait makes an error. */
export async function gone(what: Locator): Promise<void> {
  await what.first().waitFor({ state: "detached" })
}

/** Each server compresses what is asked for first, as small as can be, which takes a second of a processor. Others ask for that. */
const notCompressed = { "Accept-Encoding": "identity" }

/** Somebody with a browser. At the end of the block everything that went wrong in it fails the test. */
export class Visitor implements AsyncDisposable {
  readonly page: Page
  readonly troubles: string[]

  private constructor(page: Page, troubles: string[]) {
    this.page = page
    this.troubles = troubles
  }

  static async open(url: string, options: VisitorOptions = {}): Promise<Visitor> {
    const { size = "desktop", allowed, notifies = false, ...contextOptions } = options
    const context = await (await browser(notifies)).newContext({
      viewport: screens[size],
      extraHTTPHeaders: notCompressed,
      ...contextOptions,
    })
    context.setDefaultTimeout(30_000 * slowness)
    if (slowness > 1) context.on("page", slowDown)
    const troubles: string[] = []
    const report = (text: string) => {
      if (!allowed?.test(text) && !gaveUp.test(text)) troubles.push(text)
    }
    const page = await context.newPage()
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) report(`console: ${message.text()}`)
    })
    page.on("pageerror", (error) => report(`exception: ${error.stack}`))
    page.on("requestfailed", (request) => {
      const cause = request.failure()?.errorText
      // Who goes elsewhere waits for nothing here any more.
      if (cause !== "net::ERR_ABORTED") report(`failed: ${request.url()} ${cause}`)
    })
    page.on("response", (response) => {
      if (response.status() >= 400) report(`${response.status()}: ${response.url()}`)
    })
    page.on("dialog", (dialog) => {
      report(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.exposeFunction("reportViolation", (text: string) => report(`CSP: ${text}`))
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        // @ts-expect-error exposed above
        window.reportViolation(`${violatedDirective} ${blockedURI}`)
      })
    })
    await page.goto(url)
    return new Visitor(page, troubles)
  }

  /** The first thing anybody does. */
  async comeIn(name: string): Promise<void> {
    await this.page.getByLabel("Your name").fill(name)
    await this.page.keyboard.press("Enter")
  }

  get composer() {
    return this.page.getByRole("textbox", { name: /^Message / })
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.composer.press("Enter")
  }

  /** The messages that are in the page, as they are read. */
  shown(): Promise<string[]> {
    return this.page.locator(".prose").allTextContents()
  }

  /** Resolves once the text is in the page, and not only as the last line of a room in the list. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).and(this.page.locator(":not(.last-line, .last-line *)")).first().waitFor()
  }

  async [Symbol.asyncDispose]() {
    await this.page.context().close()
    expect(this.troubles).toEqual([])
  }
}
