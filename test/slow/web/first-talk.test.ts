/**
 * From an empty folder to two people who talk, by hand: one command is typed in a terminal, and everything else is done
 * with what the screens show. Keys and clicks take as long as a person takes (Card, Moran and Newell's keystroke-level
 * model), so the time that is printed is what somebody needs who does not hesitate; what is asserted is the way.
 */
import { afterAll, expect } from "bun:test"
import { mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import type { Locator } from "playwright-core"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { until } from "../../support/until.ts"
import { password } from "./accounts.ts"
import { browserTest, closeBrowser, Visitor } from "./browser.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"

makeBinaryFirst()
afterAll(closeBrowser)

/** A key, by somebody who types 40 words a minute. */
const keyMs = 280
/** Finding what is meant, and pointing at it. */
const aimMs = 1_350 + 1_100
/** Taking a link from one place to another. */
const carryMs = 3_000

/** Asking who one is, before one is somebody. */
const allowed = /40[0-9]/

browserTest(
  "[ACC1] [ACC5] from an empty folder to two people who talk: one command typed, and nothing that is not in sight",
  async () => {
    using folder = temporaryFolder()
    const [command = ""] = await fromBinary.command()
    await using terminal = await Terminal.open(folder.path, command)
    const hand = new Hand()
    const startedMs = performance.now()

    await hand.type("the terminal", "warren --auth accounts", (key) => terminal.press(key))
    await terminal.press("\r")
    const setup = await terminal.shows(/https?:\/\/\S+#code=\S+/)
    const permissions = ["clipboard-read", "clipboard-write"]
    await using ann = await hand.open("the link in the terminal", setup, { permissions })
    await hand.fill(ann, "Your name", "Ann")
    await hand.fill(ann, "Password", password)
    await hand.press(ann, "Create account")
    await hand.press(ann, "Create a link")
    // It is said for a moment.
    await Promise.all([ann.page.getByRole("button", { name: "Copied" }).waitFor(), hand.press(ann, "Copy link")])
    const invite = await ann.page.evaluate(() => navigator.clipboard.readText())

    const phone = { size: "phone", hasTouch: true, isMobile: true } as const
    await using bob = await hand.open("the link that was sent", invite, phone)
    await hand.fill(bob, "Your name", "Bob")
    await hand.fill(bob, "Password", password)
    await hand.press(bob, "Join the team")
    await hand.fill(bob, "Message General", "Hello Ann")
    await hand.press(bob, "Send")
    await hand.press(ann, "Close")
    await ann.sees("Hello Ann")
    await hand.fill(ann, "Message General", "Hello Bob")
    await ann.page.keyboard.press("Enter")
    await bob.sees("Hello Bob")

    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0)
    console.log(`${seconds} s by hand: ${hand.steps.length} steps, ${hand.letters} letters typed.`)
    expect(hand.steps).toEqual([
      "type into the terminal",
      "open the link in the terminal",
      "type into Your name",
      "type into Password",
      "press Create account",
      "press Create a link",
      "press Copy link",
      "open the link that was sent",
      "type into Your name",
      "type into Password",
      "press Join the team",
      "type into Message General",
      "press Send",
      "press Close",
      "type into Message General",
    ])
    expect(hand.letters).toBe("warren --auth accounts".length + 2 * (3 + password.length + 9))
    await terminal.press("\u0003")
    await terminal.shows(/Stopping\./)
  },
  240_000,
)

/** A person: slow, and led by nothing but what can be seen and is called something. */
class Hand {
  readonly steps: string[] = []
  letters = 0

  async open(what: string, url: string, options: Parameters<typeof Visitor.open>[1]): Promise<Visitor> {
    this.steps.push(`open ${what}`)
    await Bun.sleep(carryMs)
    return Visitor.open(url, { allowed, ...options })
  }

  /** Where there is a dialog, nothing else is looked at. */
  async press({ page }: Visitor, label: string): Promise<void> {
    const dialog = page.locator("dialog[open]")
    const seen = (await dialog.count()) > 0 ? dialog.last() : page
    const button = seen.getByRole("button", { name: label, exact: true })
    await inSight(button)
    this.steps.push(`press ${label}`)
    await Bun.sleep(aimMs)
    await button.click()
  }

  /** The field is chosen first, unless it is where one writes already. */
  async fill({ page }: Visitor, label: string, text: string): Promise<void> {
    const field = page.getByLabel(named(label))
    await inSight(field)
    if (!(await field.evaluate((element) => element === document.activeElement))) {
      await Bun.sleep(aimMs)
      await field.click()
    }
    await this.type(label, text, (key) => page.keyboard.type(key))
    expect(await field.inputValue()).toBe(text)
  }

  async type(where: string, text: string, press: (key: string) => Promise<void>): Promise<void> {
    this.steps.push(`type into ${where}`)
    for (const key of text) {
      await Bun.sleep(keyMs)
      await press(key)
      this.letters++
    }
  }
}

/** As it is read: names in it are kept apart by marks that nobody sees. */
function named(label: string): RegExp {
  return new RegExp(`^${label.replaceAll(/\w+/g, "\u2068?$&\u2069?")}$`)
}

/** There is one, and all of it is in the window. */
async function inSight(target: Locator): Promise<void> {
  await target.waitFor()
  expect(await target.count()).toBe(1)
  const isWhole = await target.evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect()
    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight
  })
  expect(isWhole, `${target} is in the window`).toBe(true)
}

/** A shell in an empty folder, where the program is called as it is installed. */
class Terminal implements AsyncDisposable {
  readonly #shell: Bun.Subprocess
  #shown = ""

  private constructor(cwd: string, environment: Record<string, string>) {
    const decoder = new TextDecoder()
    this.#shell = Bun.spawn(["bash", "--norc", "--noprofile", "-i"], {
      cwd,
      env: { ...environment, PS1: "$ ", TERM: "xterm" },
      terminal: {
        cols: 100,
        rows: 40,
        data: (_, bytes) => {
          this.#shown += decoder.decode(bytes, { stream: true })
        },
      },
    })
  }

  static async open(folder: string, command: string): Promise<Terminal> {
    const [bin, home] = [join(folder, "bin"), join(folder, "home")]
    for (const made of [bin, home]) mkdirSync(made)
    symlinkSync(command, join(bin, "warren"))
    const path = [bin, process.env["PATH"]].join(":")
    // Others on this machine may have the usual port.
    const terminal = new Terminal(home, { PATH: path, HOME: home, PORT: `${await freePort()}` })
    await terminal.shows(/\$ $/)
    return terminal
  }

  async press(key: string): Promise<void> {
    this.#shell.terminal?.write(key)
  }

  async shows(what: RegExp): Promise<string> {
    await until(`the terminal shows ${what}`, async () => what.test(this.#shown))
    return what.exec(this.#shown)?.[0] ?? ""
  }

  /** Closed, it takes along what runs in it. */
  async [Symbol.asyncDispose]() {
    this.#shell.terminal?.close()
    this.#shell.kill("SIGHUP")
    await this.#shell.exited
  }
}
