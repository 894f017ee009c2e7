/** Finding the way into rooms: where a newcomer lands, what Back does, and what others made or changed. */
import { expect } from "bun:test"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"
import { browserTest, Visitor } from "./browser.ts"
import { type Edition, seedRoom } from "./server.ts"

export function roomTests({ name, command }: Edition): void {
  browserTest(`${name}: a newcomer to a server with several rooms lands in General`, async () => {
    using folder = temporaryFolder()
    await seedRoom(folder.path, "General", [])
    await seedRoom(folder.path, "Lively", ["the latest"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.page.getByRole("heading", { name: "General", level: 1 }).waitFor()
  })

  browserTest(`${name}: without a General a newcomer lands where somebody wrote last`, async () => {
    using folder = temporaryFolder()
    await seedRoom(folder.path, "Quiet", [])
    await seedRoom(folder.path, "Lively", ["the latest"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.page.getByRole("heading", { name: "Lively", level: 1 }).waitFor()
  })

  browserTest(`${name}: what is half written is marked also in a room where nobody wrote`, async () => {
    using folder = temporaryFolder()
    const empty = await seedRoom(folder.path, "Empty", [])
    await seedRoom(folder.path, "Lively", ["the latest"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${empty}`)
    await ann.comeIn("Ann")
    await ann.composer.fill("half a **thought**")
    await ann.page.getByRole("link", { name: /^Lively/ }).click()
    await ann.page
      .getByRole("link", { name: /^Empty/ })
      .getByText(/^Draft: .?half a thought/)
      .waitFor()
  })

  browserTest(`${name}: on a phone, Back after coming in leads to the rooms, and stays there`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { size: "phone" })
    await ann.comeIn("Ann")
    await ann.page.getByRole("heading", { name: "General", level: 1 }).waitFor()
    // Nothing to be touched is where such a phone has its round corners and its bar.
    const cdp = await ann.page.context().newCDPSession(ann.page)
    await cdp.send("Emulation.setSafeAreaInsetsOverride", { insets: { bottom: 60 } })
    expect(await spaceBelow(ann, ".composer")).toBe(60)
    await ann.page.goBack()
    await ann.page.getByRole("link", { name: "General" }).waitFor()
    expect(ann.page.url()).toBe(`${server.url}/`)
    expect(await spaceBelow(ann, ".me-button")).toBe(60)
    await ann.page.getByRole("link", { name: "General" }).click()
    await ann.composer.waitFor()
  })

  browserTest(`${name}: in a window of few lines, as with large letters, rooms and messages can be seen`, async () => {
    using folder = temporaryFolder()
    const roomId = await seedRoom(folder.path, "Lively", ["the first", "the latest"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { viewport: { width: 320, height: 200 } })
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    await ann.page.goBack()
    for (const seen of [ann.page.locator(`[href="/r/${roomId}"]`), ann.page.locator(".me-button")]) {
      await seen.scrollIntoViewIfNeeded()
      expect(await seen.evaluate(isWhole)).toBe(true)
    }
    await ann.page.locator(`[href="/r/${roomId}"]`).click()
    await ann.sees("the latest")
    expect(await ann.page.locator(".row[data-seq] .prose").last().evaluate(isWhole)).toBe(true)
    expect(await ann.page.locator(".scroller").evaluate((list) => list.clientHeight)).toBeGreaterThan(70)
  })

  browserTest(
    `${name}: [MEM2] on another device of somebody with rooms, these are shown, and no other is entered`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret }
      await using server = await startProcess(environment, { command: await command() })
      const token = await tokenOf({ sub: "ann", name: "Ann" })
      await using device = await connect(server.url, ["websocket"], { auth: { token } })
      for (const room of ["Attic", "Cellar"]) {
        const made = await device.ask("create_room", { name: room })
        if (!made.ok) throw new Error(made.error.message)
        await device.ask("join_room", { roomId: made.room.id })
      }
      await using ann = await Visitor.open(`${server.url}/#token=${token}`, { size: "phone" })
      await ann.page.getByRole("link", { name: /^Cellar/ }).waitFor()
      // What a newcomer would enter is known, too.
      await ann.page.locator(".room-link.other", { hasText: "General" }).waitFor()
      expect(new URL(ann.page.url()).pathname).toBe("/")
      const mine = await device.ask("my_rooms", {})
      expect(mine.ok && mine.rooms.map(({ name }) => name)).toEqual(["Attic", "Cellar"])

      // Whoever has none yet lands where everybody is.
      const newcomer = await tokenOf({ sub: "bob", name: "Bob" })
      await using bob = await Visitor.open(`${server.url}/#token=${newcomer}`, { size: "phone" })
      await bob.page.getByRole("heading", { name: "General", level: 1 }).waitFor()
    },
  )

  browserTest(`${name}: a browser that is out of space makes no tab leave a room`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    const other = await page.context().newPage()
    await other.goto(page.url())
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("Out of space", "QuotaExceededError")
      }
    })
    await page.getByRole("button", { name: "New room" }).click()
    await page.getByLabel("Name").fill("Attic")
    await page.getByRole("button", { name: "Create room" }).click()
    await page.getByRole("heading", { name: "Attic", level: 1 }).waitFor()
    // A room that is open is never left by another tab.
    await page.getByRole("link", { name: /General/ }).click()
    await page.getByRole("heading", { name: "General", level: 1 }).waitFor()
    const heard = page.evaluate(
      () =>
        new Promise((resolve) =>
          window.addEventListener("storage", ({ key }) => key?.includes("read.") && resolve(key)),
        ),
    )
    await other.getByRole("textbox", { name: /^Message / }).fill("read to here")
    await other.keyboard.press("Enter")
    await heard
    await ann.say("still here")
    await page.locator(".row[data-seq]", { hasText: "still here" }).waitFor()
    const rooms = await page.locator(".room-link.own bdi.name").allTextContents()
    expect(rooms.toSorted()).toEqual(["Attic", "General"])
  })

  browserTest(`${name}: a room that somebody makes, and a new name, are seen within seconds`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    await ann.page.clock.install()
    await ann.page.reload()
    await ann.composer.waitFor()
    const roomId = new URL(ann.page.url()).pathname.split("/").at(-1) ?? ""
    await using bob = await connect(server.url)
    await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
    await ann.page.locator(".member", { hasText: "Bob" }).waitFor()
    await bob.ask("create_room", { name: "Brand new", userId: "bob", visibility: "public" })
    await ann.page.clock.fastForward(5_000)
    await ann.page.getByRole("link", { name: "Brand new" }).waitFor({ timeout: 10_000 })
    await bob.ask("join_room", { roomId, userId: "bob", username: "Robert" })
    await ann.page.clock.fastForward(15_000)
    await ann.page.locator(".member", { hasText: "Robert" }).waitFor({ timeout: 10_000 })
  })
}

/** Below the element, as far as the window goes. */
function spaceBelow({ page }: Visitor, selector: string): Promise<number> {
  return page.locator(selector).evaluate((element) => innerHeight - element.getBoundingClientRect().bottom)
}

/** Neither cut off by the window, nor by what it scrolls in, nor covered. */
function isWhole(element: Element): boolean {
  const { left, top, bottom, height } = element.getBoundingClientRect()
  const isThere = (y: number) => element.contains(document.elementFromPoint(left + 8, y))
  return height > 0 && isThere(top + 2) && isThere(bottom - 2)
}
