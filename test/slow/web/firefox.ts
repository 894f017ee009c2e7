/**
 * Firefox, and the people in front of it: what browser.ts is for Chromium, as far as the core tests need it. It is
 * driven by WebDriver BiDi. Everybody has a browser context of their own, with its own storage; one Firefox serves
 * them all, since it takes long to start.
 */
import { expect } from "bun:test"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import puppeteer, { type Browser, type Page } from "puppeteer-core"
import { temporaryFolder } from "../../support/folder.ts"
import { missing, testUnless } from "../../support/programs.ts"
import { until } from "../../support/until.ts"
import { screens } from "./browser.ts"

const onMissing = testUnless(missing("firefox-esr"))

/** As `test`, in Firefox. */
export function firefoxTest(name: string, run: () => Promise<void>, timeoutMs = 180_000): void {
  onMissing(name, run, timeoutMs)
}

interface Firefox extends AsyncDisposable {
  readonly browser: Browser
}

let launched: Promise<Firefox> | undefined

async function launch(): Promise<Firefox> {
  // It writes into its home and its profile, and neither is the user's own.
  const home = temporaryFolder()
  const profile = join(home.path, "profile")
  mkdirSync(profile)
  const browser = await puppeteer.launch({
    browser: "firefox",
    protocol: "webDriverBiDi",
    executablePath: Bun.which("firefox-esr") ?? "",
    headless: true,
    env: { ...process.env, HOME: home.path },
    userDataDir: profile,
    timeout: 120_000,
  })
  const close = async () => {
    await browser.close()
    home[Symbol.dispose]()
  }
  return { browser, [Symbol.asyncDispose]: close }
}

export async function closeFirefox(): Promise<void> {
  await (await launched)?.[Symbol.asyncDispose]()
  launched = undefined
}

/** Somebody with Firefox. At the end of the block everything that went wrong in it fails the test. */
export class FirefoxVisitor implements AsyncDisposable {
  readonly page: Page
  readonly troubles: string[]

  private constructor(page: Page, troubles: string[]) {
    this.page = page
    this.troubles = troubles
  }

  /** `allowed` is what the browser may complain of: a server that is killed is missed. */
  static async open(url: string, allowed?: RegExp): Promise<FirefoxVisitor> {
    launched ??= launch()
    const { browser } = await launched
    const context = await browser.createBrowserContext()
    const page = await context.newPage()
    await page.setViewport(screens.desktop)
    const troubles: string[] = []
    const report = (text: string) => {
      if (!allowed?.test(text)) troubles.push(text)
    }
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) report(`console: ${message.text()}`)
    })
    page.on("pageerror", (error) => report(`exception: ${error}`))
    page.on("requestfailed", (request) => {
      const cause = request.failure()?.errorText
      // Who goes elsewhere waits for nothing here any more.
      if (cause !== "NS_BINDING_ABORTED") report(`failed: ${request.url()} ${cause}`)
    })
    page.on("response", (response) => {
      if (response.status() >= 400) report(`${response.status()}: ${response.url()}`)
    })
    await page.evaluateOnNewDocument(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        console.error(`CSP: ${violatedDirective} ${blockedURI}`)
      })
    })
    await page.goto(url)
    return new FirefoxVisitor(page, troubles)
  }

  /** The first thing anybody does. */
  async comeIn(name: string): Promise<void> {
    await this.page.waitForSelector("form input")
    await this.page.focus("form input")
    await this.page.keyboard.type(name)
    await this.page.keyboard.press("Enter")
    await this.page.locator("#composer").wait()
  }

  /** Writes it where messages are written, key by key. */
  async write(text: string): Promise<void> {
    await this.page.focus("#composer")
    for (const [index, line] of text.split("\n").entries()) {
      if (index > 0) await this.chord("Shift", "Enter")
      await this.page.keyboard.type(line)
    }
  }

  async say(text: string): Promise<void> {
    await this.write(text)
    await this.page.keyboard.press("Enter")
  }

  async chord(held: "Shift" | "Control", key: "Enter" | "k"): Promise<void> {
    await this.page.keyboard.down(held)
    await this.page.keyboard.press(key)
    await this.page.keyboard.up(held)
  }

  /** The messages that the server has and the page shows, in their order. */
  shown(): Promise<string[]> {
    return this.texts(".row[data-seq] .prose")
  }

  texts(selector: string): Promise<string[]> {
    return this.page.evaluate(
      (selector) => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent ?? ""),
      selector,
    )
  }

  /** Resolves once one of these elements has the text in it. */
  async sees(text: string, selector = ".row[data-seq] .prose"): Promise<void> {
    await until(`“${text}” in ${selector}`, async () => (await this.texts(selector)).some((one) => one.includes(text)))
  }

  /** Turns the wheel over the messages by this much in so many notches. */
  async wheel(deltaY: number, notches: number): Promise<void> {
    const box = await (await this.page.waitForSelector(".scroller"))?.boundingBox()
    if (!box) throw new Error("There is nothing to scroll.")
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    for (let notch = 0; notch < notches; notch++) await this.page.mouse.wheel({ deltaY })
  }

  async [Symbol.asyncDispose]() {
    await this.page.browserContext().close()
    expect(this.troubles).toEqual([])
  }
}
