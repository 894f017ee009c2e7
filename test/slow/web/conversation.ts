import { expect } from "bun:test"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"

export function conversationTests(edition: Edition): void {
  firstMinuteTests(edition)
  firstConversationTests(edition)
  furtherConversationTests(edition)
}

/** What a newcomer does. */
export function firstMinuteTests({ name, command }: Edition): void {
  browserTest(`${name}: from an empty folder to a message seen in a second browser, within 30 s`, async () => {
    using folder = temporaryFolder()
    const begun = performance.now()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.say("Is anybody here?")
    await using bob = await Visitor.open(server.url)
    await bob.comeIn("Bob")
    await bob.sees("Is anybody here?")
    expect(performance.now() - begun).toBeLessThan(30_000)
  })
}

/** From the first words through a crash. */
function firstConversationTests({ name, command }: Edition): void {
  browserTest(`${name}: two people talk, see each other type, come and go`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await using bob = await Visitor.open(server.url)
    await bob.comeIn("Bob")

    await ann.sees("2 online")
    await bob.composer.pressSequentially("**Hello**")
    await ann.sees(/Bob\W* is typing/)
    await bob.composer.press("Enter")
    await ann.page.locator(".prose", { hasText: "Hello" }).waitFor()
    await gone(ann.page.locator(".typing"))
    // As it is read, for whoever cannot see it come.
    await ann.page.getByRole("log").getByText("\u2068Bob\u2069: Hello", { exact: true }).waitFor()
    await ann.say("Hello Bob\nsecond line")
    await bob.sees("second line")
    expect(await bob.shown()).toEqual(["Hello", "Hello Bob\nsecond line"])
    await bob.page.reload()
    await bob.sees("second line")

    await bob.page.getByRole("button", { name: "Leave room" }).click()
    await bob.page.getByRole("button", { name: "Leave", exact: true }).click()
    await ann.sees(/Bob\W* left/)
    await ann.sees("1 online")
  })

  browserTest(`${name}: killed and restarted in mid-send, nothing is doubled and nothing is missing`, async () => {
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}` }
    const first = await startProcess(environment, { command: await command() })
    const outage = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection/
    await using ann = await Visitor.open(first.url, { allowed: outage })
    await ann.comeIn("Ann")
    await using bob = await Visitor.open(first.url, { allowed: outage })
    await bob.comeIn("Bob")
    await bob.sees("2 online")

    const sent = Array.from({ length: 20 }, (_, i) => `message ${i}`)
    for (const text of sent.slice(0, 12)) await ann.say(text)
    await first.stop("SIGKILL")
    await ann.sees("Can't reach the server.")
    for (const text of sent.slice(12)) await ann.say(text)
    expect(await ann.page.locator(".row.waiting").count()).toBeGreaterThanOrEqual(8)

    await using _second = await startProcess(environment, { command: await command() })
    await gone(ann.page.locator(".row.waiting"))
    await bob.sees("message 19")
    expect(await allShown(ann)).toEqual(sent)
    expect(await allShown(bob)).toEqual(sent)
  })
}

function furtherConversationTests({ name, command }: Edition): void {
  browserTest(`${name}: a link leads to its room, and is copied from there`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { permissions: ["clipboard-read", "clipboard-write"] })
    await ann.comeIn("Ann")
    await ann.page.getByRole("button", { name: "New room" }).click()
    await ann.page.getByLabel("Name").fill("Attic")
    await ann.page.getByText("Unlisted").click()
    await ann.page.getByRole("button", { name: "Create room" }).click()
    await ann.page.getByRole("heading", { name: "Attic", level: 1 }).waitFor()
    // It is said for a moment.
    await Promise.all([
      ann.page.getByRole("status").getByText("Link copied").first().waitFor(),
      ann.page.getByRole("button", { name: "Copy the link to this room" }).click(),
    ])
    const link = await ann.page.evaluate(() => navigator.clipboard.readText())
    expect(link).toBe(ann.page.url())
    expect(link).toMatch(/\/r\/[0-9a-f-]{36}$/)

    await using bob = await Visitor.open(link)
    await bob.comeIn("Bob")
    await bob.page.getByRole("heading", { name: "Attic", level: 1 }).waitFor()
    await bob.page.goBack()
    expect(bob.page.url()).not.toBe(link)
    await using cleo = await Visitor.open(`${server.url}/r/nowhere`)
    await cleo.comeIn("Cleo")
    await cleo.sees("Room not found")
    await cleo.page.getByRole("button", { name: "Back to rooms" }).click()
    await cleo.page.getByRole("link", { name: "General" }).waitFor()
    expect(await cleo.page.getByRole("link", { name: "Attic" }).count()).toBe(0)
  })

  browserTest(`${name}: a whole conversation with nothing but the keyboard`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { keyboard } = ann.page
    const press = async (...keys: string[]) => {
      for (const key of keys) await keyboard.press(key)
    }
    await ann.page.getByLabel("Your name").and(ann.page.locator(":focus")).waitFor()
    await keyboard.type("Ann")
    await press("Enter")
    await ann.composer.waitFor()
    await keyboard.type("without a mouse")
    await press("Shift+Enter")
    await keyboard.type("at all")
    await press("Enter")
    await ann.sees("without a mouse")
    expect(await ann.shown()).toEqual(["without a mouse\nat all"])

    await press("Control+k")
    await ann.page.locator("[role=combobox]:focus").waitFor()
    await keyboard.type("Cellar")
    await ann.page.getByRole("option", { name: /Create room “.Cellar/, selected: true }).waitFor()
    await press("Enter")
    await ann.page.getByRole("dialog", { name: "Create a room" }).waitFor()
    await tabTo(ann, "Create room")
    await press("Enter")
    await ann.page.getByRole("heading", { name: "Cellar", level: 1 }).waitFor()
    await keyboard.type("down here")
    await press("Enter")
    await ann.sees("down here")
    await press("Control+k")
    await ann.page.locator("[role=combobox]:focus").waitFor()
    await keyboard.type("gen")
    await press("Enter")
    await ann.page.getByRole("heading", { name: "General", level: 1 }).waitFor()
    await tabTo(ann, "Leave room")
    await press("Enter")
    await ann.page.getByRole("dialog").waitFor()
    await press("Escape")
    await gone(ann.page.getByRole("dialog"))
    expect(await focusedName(ann)).toBe("Leave room")
  })

  browserTest(`${name}: the keyboard goes on beside a button that goes away when it is pressed`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { page } = ann
    await ann.comeIn("Ann")
    for (let i = 0; i < 3; i++) await ann.say("line\n".repeat(20))
    await gone(page.locator(".row.waiting"))
    await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 0))
    const latest = page.getByRole("button", { name: "Jump to latest" })
    await latest.focus()
    await page.keyboard.press("Enter")
    await gone(latest)
    await page.locator(".scroller:focus").waitFor()
    await ann.composer.fill("by the button")
    await page.getByRole("button", { name: "Send", exact: true }).focus()
    await page.keyboard.press("Space")
    await ann.sees("by the button")
    await page.locator("#composer:focus").waitFor()
  })

  browserTest(
    `${name}: what comes while one is away is counted, in the title too, and marked where it begins`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      await ann.comeIn("Ann")
      await using bob = await Visitor.open(server.url)
      await bob.comeIn("Bob")
      await bob.say("seen")
      await ann.sees("seen")
      expect(await ann.page.title()).not.toContain("(")

      await look(ann, false)
      await bob.say("not seen")
      await bob.say("nor this")
      await ann.page.waitForFunction(() => document.title.startsWith("(2) "))
      await ann.page.getByRole("link", { name: /^General.*2 unread/ }).waitFor()
      // A pinned tab shows its icon alone.
      const drawn = (url: string) => ann.page.waitForFunction(iconIs, url)
      await drawn("blob:")
      await look(ann, true)
      await ann.page.waitForFunction(() => !document.title.startsWith("("))
      await drawn("http:")
      const firstNew = ann.page.locator(".row", { has: ann.page.getByText("New", { exact: true }) })
      expect(await firstNew.locator(".prose").allTextContents()).toEqual(["not seen"])

      // More of it than fits: one is at its end, and the way to its beginning is there.
      await look(ann, false)
      await bob.say("where it begins")
      for (let i = 0; i < 3; i++) await bob.say("line\n".repeat(20))
      await ann.page.waitForFunction(() => document.title.startsWith("(4) "))
      await look(ann, true)
      await ann.page.getByRole("button", { name: "Jump to first new message" }).click()
      await gone(ann.page.locator(".to-new"))
      expect(await firstNew.locator(".prose").textContent()).toBe("where it begins")
      const top = await firstNew.evaluate((row) => row.getBoundingClientRect().top / innerHeight)
      expect(top).toBeWithin(0, 1)
    },
  )

  browserTest(`${name}: a picture is sent alone, and what is half written stays`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const url = "https://pictures.test/burrow.svg"
    const body = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle r="20"/></svg>'
    await ann.page.route(url, (route) => route.fulfill({ contentType: "image/svg+xml", body }))
    await ann.comeIn("Ann")
    await ann.composer.fill("half a thou")
    await ann.page.getByRole("button", { name: "Send files" }).click()
    const dialog = ann.page.getByRole("dialog")
    await dialog.getByRole("textbox").fill("no address")
    await dialog.getByRole("button", { name: "Send" }).click()
    await dialog.getByRole("alert").waitFor()
    // The mouse that selects text may be let go anywhere.
    await dialog.getByRole("textbox").hover()
    await ann.page.mouse.down()
    await ann.page.mouse.move(5, 5)
    await ann.page.mouse.up()
    await dialog.getByRole("textbox").fill(url)
    await dialog.getByRole("button", { name: "Send" }).click()
    await gone(dialog)
    await ann.page.locator(".row[data-seq] img").waitFor()
    expect(await ann.page.locator(".row[data-seq]").count()).toBe(1)
    expect(await ann.composer.inputValue()).toBe("half a thou")
  })

  browserTest(`${name}: a room with so little new that all of it is in view is read when it is opened`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await using bob = await Visitor.open(ann.page.url())
    await bob.comeIn("Bob")
    await bob.say("line\n".repeat(40))
    await bob.say("seen")
    await ann.sees("seen")
    await ann.page.getByRole("button", { name: "New room" }).click()
    await ann.page.getByLabel("Name").fill("Attic")
    await ann.page.getByRole("button", { name: "Create room" }).click()
    await ann.page.getByRole("heading", { name: "Attic", level: 1 }).waitFor()
    await bob.say("one")
    await bob.say("two")
    await ann.page.waitForFunction(() => document.title.startsWith("(2) "))
    await ann.page.getByRole("link", { name: /^General.*2 unread/ }).click()
    await ann.sees("two")
    await ann.page.waitForFunction(() => !document.title.startsWith("("))
    await ann.page.getByText("New", { exact: true }).waitFor()
    expect(await ann.page.locator(".to-latest").count()).toBe(0)
    await bob.say("three")
    await ann.sees("three")
    expect(await ann.page.title()).not.toContain("(")
  })
}

/** Reads the room from its beginning, also where not all of it is in the page at once. */
export async function allShown(visitor: Visitor): Promise<string[]> {
  const scroller = visitor.page.locator(".scroller")
  const seen = new Map<string, string>()
  for (let isAtStart = false; !isAtStart; ) {
    for (const row of await visitor.page.locator(".row:has(.prose)").evaluateAll(textsByKey)) seen.set(...row)
    isAtStart = await scroller.evaluate(async (element) => {
      if (element.scrollTop === 0 && element.querySelector(".intro")) return true
      element.scrollTop -= element.clientHeight
      const frame = () => new Promise(requestAnimationFrame)
      for (await frame(), await frame(); element.querySelector(".gap"); ) await frame()
      return false
    })
  }
  return [...seen].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).map(([, text]) => text)
}

function textsByKey(rows: Element[]): [string, string][] {
  return rows.map((row) => [row.getAttribute("data-seq") ?? "", row.querySelector(".prose")?.textContent ?? ""])
}

/** As if another window came before this one, and went. */
async function look(visitor: Visitor, isLooking: boolean): Promise<void> {
  await visitor.page.evaluate((isLooking) => {
    document.hasFocus = () => isLooking
    dispatchEvent(new Event(isLooking ? "focus" : "blur"))
  }, isLooking)
}

const tabsMax = 60

async function tabTo(visitor: Visitor, name: string): Promise<void> {
  for (let tabs = 0; tabs < tabsMax; tabs++) {
    if ((await focusedName(visitor)) === name) return
    await visitor.page.keyboard.press("Tab")
  }
  throw new Error(`The keyboard does not reach “${name}”.`)
}

function focusedName(visitor: Visitor): Promise<string> {
  return visitor.page.evaluate(() => {
    const { activeElement: element } = document
    return (element?.getAttribute("aria-label") ?? element?.textContent ?? "").trim()
  })
}

const iconIs = (beginning: string) =>
  document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.href.startsWith(beginning)
