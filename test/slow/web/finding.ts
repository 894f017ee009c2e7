/** How people find their way: by the keyboard, through the panel of a room, and on their first visit. */
import { expect } from "bun:test"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"
import { violations } from "./accessibility.ts"
import { browserTest, gone, screens, Visitor } from "./browser.ts"
import type { Looker } from "./gestures.ts"
import { type Edition, seedRoom } from "./server.ts"

export function findingTests({ name, command }: Edition): void {
  browserTest(`${name}: [FIND1] hits stay beside the room while one goes through them by the keyboard`, async () => {
    using folder = temporaryFolder()
    const contents = Array.from({ length: 300 }, (_, i) => (i === 40 ? "Far too **much** lemonade" : `Line ${i}`))
    const roomId = await seedRoom(folder.path, "Kitchen", contents)
    const attic = await seedRoom(folder.path, "Attic", ["Lemonade above"])
    await using server = await startProcess({ DATA_DIR: folder.path, RATE_LIMITS: "off" }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${attic}`)
    const { page } = ann
    const { keyboard } = page
    await ann.comeIn("Ann")
    await ann.sees("Lemonade above")
    await enter(ann, "Kitchen")
    await ann.sees("Line 299")
    await keyboard.press("Control+k")
    await page.locator("[role=combobox]:focus").waitFor()
    await keyboard.type("lemon")
    await page.getByRole("option", { name: /Search messages for/ }).click()
    await untilFound(ann, ["Lemonade above", "Far too much lemonade"])
    expect(await page.locator(".hit mark").allTextContents()).toEqual(["Lemon", "lemon"])

    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await entered(ann, "Attic")
    await page.locator(".prose", { hasText: "Lemonade above" }).waitFor()
    await page.locator(".hit[aria-current]:focus", { hasText: "Lemonade above" }).waitFor()
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await page.locator(".row.lit .prose", { hasText: "Far too much lemonade" }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/r/${roomId}/41`)
    for (const near of ["Line 39", "Line 41"]) await page.locator(".prose", { hasText: near }).first().waitFor()
    await page.locator(".hit[aria-current]:focus", { hasText: "Far too much lemonade" }).waitFor()

    // However many one looked at, one step leads back to where one was.
    await page.goBack()
    await page.locator(".prose", { hasText: "Line 299" }).waitFor()
    await page.locator(".hit").first().focus()
    await keyboard.press("ArrowUp")
    await page.locator("input[aria-label='Words to search for']:focus").waitFor()
    await keyboard.press("Escape")
    await gone(page.locator(".search-panel"))
    expect(await focusedId(ann)).toBe("composer")
    // As it was left.
    await keyboard.press("Control+Shift+F")
    await page.locator("input[aria-label='Words to search for']:focus").waitFor()
  })

  browserTest(`${name}: people of one name are told apart in the list of a room and where one finds them`, async () => {
    using folder = temporaryFolder()
    const roomId = await seedRoom(folder.path, "Kitchen", ["Hello"])
    await using server = await startProcess({ DATA_DIR: folder.path, RATE_LIMITS: "off" }, { command: await command() })
    const ids = ["3f2a91b0-77aa-4b1e-9d52-0a4be1c2d3e4", "9c0d11e2-4a5b-4c6d-8e7f-1a2b3c4d5e6f"]
    const bobs = await Promise.all(ids.map(() => connect(server.url)))
    for (const [index, userId] of ids.entries())
      await bobs[index]?.ask("join_room", { roomId, userId, username: "Bob" })
    await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.sees("Hello")
    const bob = page.locator(".member", { hasText: "Bob" })
    await until("both are listed", async () => (await bob.count()) === 2)
    expect((await bob.locator("small").allTextContents()).map(plain).toSorted()).toEqual(["ID 3f2a", "ID 9c0d"])
    expect((await page.locator(".member small").allTextContents()).length).toBe(3)
    await page.keyboard.press("Control+k")
    await page.locator("[role=combobox]:focus").waitFor()
    await page.keyboard.type("bob")
    const found = page.getByRole("option", { name: /^Bob ID/ })
    await until("both are found", async () => (await found.count()) === 2)
    for (const one of bobs) await one[Symbol.asyncDispose]()
  })

  browserTest(`${name}: [FIND1] on a phone one comes back to what was found, and to where one was`, async () => {
    using folder = temporaryFolder()
    const contents = Array.from({ length: 80 }, (_, i) => (i === 5 || i === 40 ? `Lemonade ${i}` : `Line ${i}`))
    const roomId = await seedRoom(folder.path, "Kitchen", contents)
    await using server = await startProcess({ DATA_DIR: folder.path, RATE_LIMITS: "off" }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${roomId}`, { size: "phone" })
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.sees("Line 79")
    await page.locator(".room-header").getByRole("button", { name: "Room details" }).last().click()
    await page.getByRole("button", { name: "Search in this room" }).click()
    const search = page.getByRole("dialog", { name: "Search messages" })
    await search.getByRole("searchbox", { name: "Words to search for" }).fill("lemon")
    await untilFound(ann, ["Lemonade 40", "Lemonade 5"])

    await search.getByRole("button", { name: "Lemonade 40" }).click()
    await page.locator(".row.lit .prose", { hasText: "Lemonade 40" }).waitFor()
    expect(await page.getByRole("dialog").count()).toBe(0)
    await page.getByRole("button", { name: "Back to results" }).click()
    await search.locator(".hit[aria-current]:focus", { hasText: "Lemonade 40" }).waitFor()
    await search.getByRole("button", { name: "Lemonade 5" }).click()
    await page.locator(".row.lit .prose", { hasText: "Lemonade 5" }).waitFor()
    await page.goBack()
    await search.locator(".hit[aria-current]:focus", { hasText: "Lemonade 5" }).waitFor()
    await page.locator(".prose", { hasText: "Line 79" }).waitFor()
    await search.getByRole("button", { name: "Close" }).click()
    await gone(search)
    expect(await page.getByRole("button", { name: "Back to results" }).count()).toBe(0)
  })

  browserTest(`${name}: after a dialog was closed by Escape one goes on writing where one was`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.composer.fill("a")
    for (const letter of "bcdef") {
      await page.keyboard.press("Control+k")
      await page.locator("[role=combobox]:focus").waitFor()
      await page.keyboard.type("zz")
      await page.keyboard.press("Escape")
      await page.keyboard.type(letter)
    }
    expect(await ann.composer.inputValue()).toBe("abcdef")
    // The caret is where it was, too.
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Control+k")
    await page.locator("[role=combobox]:focus").waitFor()
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click()
    await page.keyboard.type("-")
    expect(await ann.composer.inputValue()).toBe("abcde-f")
  })

  browserTest(
    `${name}: what is typed for a dialog goes to it, however late it comes, and never to a message`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      const { page, composer } = ann
      const { keyboard } = page
      await ann.comeIn("Ann")
      await composer.waitFor()
      // All that the document does not name comes when it is released.
      const named = await (await fetch(server.url)).text()
      let released = Promise.withResolvers<void>()
      await page.route("**/chunk-*.js", async (route) => {
        if (!named.includes(new URL(route.request().url()).pathname)) await released.promise
        await route.continue()
      })
      await page.reload()
      await composer.fill("Half a ")
      await keyboard.press("Control+k")
      await keyboard.type("lost")
      await keyboard.press("Escape")
      await keyboard.type("sentence")
      await keyboard.press("Control+k")
      await keyboard.type("gens")
      await keyboard.press("Backspace")
      expect(await composer.inputValue()).toBe("Half a sentence")
      released.resolve()
      const finder = page.locator("[role=combobox]:focus")
      await finder.waitFor()
      await keyboard.type("eral")
      expect(await finder.inputValue()).toBe("general")
      await page.getByRole("option", { name: "General" }).first().waitFor()
      await keyboard.press("Escape")
      await keyboard.type("!")
      expect(await composer.inputValue()).toBe("Half a sentence!")

      // The table of all emoji is asked for when somebody looks for one.
      released = Promise.withResolvers<void>()
      await page.getByRole("button", { name: "Emoji" }).click()
      await keyboard.type("ta")
      released.resolve()
      await page.getByRole("searchbox", { name: "Search emoji" }).waitFor()
      await keyboard.type("da")
      await keyboard.press("Enter")
      await page.waitForFunction(() => document.querySelector("textarea")?.value === "Half a sentence!🎉")
    },
  )

  browserTest(`${name}: [FIND1] what one person wrote is found, in this room or in all, the newest first`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path, RATE_LIMITS: "off" }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    const here = new URL(page.url()).pathname.slice(3)
    await ann.say("Ann's lemonade")
    await ann.page.locator(".row[data-seq]", { hasText: "lemonade" }).waitFor()
    await using bob = await connect(server.url)
    const created = await bob.ask("create_room", { name: "Elsewhere", userId: "bob" })
    if (!created.ok) throw new Error(created.error.message)
    const elsewhere = created.room.id
    for (const [roomId, content] of [
      [here, "Bob's lemonade"],
      [elsewhere, "Lemonade elsewhere"],
      [here, "Bob's ice"],
    ]) {
      await bob.ask("join_room", { roomId, userId: "bob", username: "Bob the Builder" })
      await bob.ask("send_message", { roomId, userId: "bob", content })
    }
    await page.goto(`${server.url}/r/${elsewhere}`)
    await ann.sees("Lemonade elsewhere")
    await page.keyboard.press("Control+k")
    await page.locator("[role=combobox]:focus").waitFor()
    await page.keyboard.type("lemonade")
    await page.getByRole("option", { name: /Search messages for/ }).click()
    const panel = page.getByRole("complementary", { name: "Search messages" })
    const dialog = page.getByRole("dialog", { name: "Search messages" })
    const words = page.getByRole("searchbox", { name: "Words to search for" })
    const hits = () => page.locator(".hit-text").allTextContents()
    await untilFound(ann, ["Lemonade elsewhere", "Bob's lemonade", "Ann's lemonade"])
    // At the side where there is space, and all of a phone.
    const { x, y, width, height } = (await panel.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    expect({ y, height, end: x + width }).toEqual({ y: 0, height: screens.desktop.height, end: screens.desktop.width })
    expect(width).toBeLessThan(screens.desktop.width / 2)
    expect(await violations(ann)).toEqual([])
    await page.setViewportSize(screens.phone)
    expect(await dialog.boundingBox()).toEqual({ x: 0, y: 0, ...screens.phone })
    await page.setViewportSize(screens.desktop)
    await panel.getByRole("radio", { name: "Elsewhere" }).check()
    await untilFound(ann, ["Lemonade elsewhere"])
    await panel.getByRole("radio", { name: "All rooms" }).check()
    await panel.getByRole("searchbox", { name: "From whom" }).fill("build")
    await panel.getByRole("button", { name: "Bob the Builder" }).first().waitFor()
    await page.keyboard.press("Enter")
    await panel.getByText("From \u2068Bob the Builder").waitFor()
    await untilFound(ann, ["Lemonade elsewhere", "Bob's lemonade"])
    await words.fill("")
    await untilFound(ann, ["Bob's ice", "Lemonade elsewhere", "Bob's lemonade"])
    await panel.getByRole("button", { name: "From anyone" }).click()
    await panel.getByRole("searchbox", { name: "From whom" }).waitFor()
    expect(await hits()).toEqual([])
  })

  browserTest(`${name}: what was opened last stays on top in a window that gets wide or narrow`, async () => {
    using folder = temporaryFolder()
    const attic = await seedRoom(folder.path, "Attic", ["hello"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${attic}`)
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.sees("hello")
    const dialog = (title: string) => page.getByRole("dialog", { name: title })
    const narrow = () => page.setViewportSize(screens.phone)
    const widen = () => page.setViewportSize(screens.desktop)

    await narrow()
    await page.getByRole("button", { name: "Room details" }).click()
    await dialog("Room details").waitFor()
    await widen()
    await page.getByRole("complementary", { name: "Room details" }).waitFor()
    await page.keyboard.press("Control+/")
    await dialog("Keyboard shortcuts").waitFor()
    await narrow()
    await dialog("Keyboard shortcuts").getByRole("button", { name: "Close" }).click()
    await gone(page.getByRole("dialog"))

    await widen()
    await page.getByRole("button", { name: "Search in this room" }).click()
    await page.getByRole("searchbox", { name: "Words to search for" }).fill("hello")
    await page.keyboard.press("Control+/")
    await dialog("Keyboard shortcuts").waitFor()
    await narrow()
    await dialog("Keyboard shortcuts").getByRole("button", { name: "Close" }).click()
    await page.getByRole("button", { name: "Back to results" }).click()
    await dialog("Search messages").waitFor()
    expect(await page.getByRole("searchbox", { name: "Words to search for" }).inputValue()).toBe("hello")
  })

  browserTest(`${name}: Ctrl+K finds a room by a few letters, and arrows and Enter go there`, async () => {
    using folder = temporaryFolder()
    for (const room of ["Café", "Cafeteria", "Engineering"]) await seedRoom(folder.path, room, ["hello"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { keyboard } = ann.page
    await ann.comeIn("Ann")
    await enter(ann, "Engineering")
    await ann.composer.fill("half a thou")

    await keyboard.press("Control+k")
    await ann.page.locator("[role=combobox]:focus").waitFor()
    await keyboard.type("cafe")
    await ann.page.getByRole("option", { name: "Cafeteria" }).waitFor()
    expect(await options(ann)).toEqual([
      "Café",
      "Cafeteria",
      "Create room “\u2068cafe\u2069”",
      "Search messages for “\u2068cafe\u2069”",
    ])
    await keyboard.press("ArrowDown")
    expect(await ann.page.getByRole("option", { selected: true }).textContent()).toContain("Cafeteria")
    await keyboard.press("ArrowUp")
    await keyboard.press("Enter")
    await entered(ann, "Café")
    await keyboard.type("written at once")
    expect(await ann.composer.inputValue()).toBe("written at once")

    // One's own are found the same way as the server's.
    await keyboard.press("Control+k")
    await ann.page.getByRole("option", { name: "Engineering" }).waitFor()
    expect(await ann.page.getByRole("combobox").inputValue()).toBe("")
    await keyboard.type("CAFE")
    expect((await options(ann))[0]).toBe("Café")
    await keyboard.press("Escape")
    await gone(ann.page.getByRole("dialog"))
    expect(await ann.page.locator(".room-link.own").count()).toBe(2)
    expect(await focusedId(ann)).toBe("composer")

    // With nothing typed, Enter goes back to where one was.
    await keyboard.press("Control+k")
    await keyboard.press("Enter")
    await entered(ann, "Engineering")
    expect(await ann.composer.inputValue()).toBe("half a thou")
  })

  browserTest(`${name}: people are found, and pointed out in the room they are in`, async () => {
    using folder = temporaryFolder()
    const attic = await seedRoom(folder.path, "Attic", [])
    const cellar = await seedRoom(folder.path, "Cellar", [])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using zoe = await connect(server.url)
    await zoe.ask("join_room", { roomId: attic, userId: "zoe", username: "Zoë" })
    await using ann = await Visitor.open(`${server.url}/r/${attic}`, { size: "phone" })
    await ann.comeIn("Ann")
    await ann.sees("2 online")
    await ann.page.goto(`${server.url}/r/${cellar}`)
    await entered(ann, "Cellar")
    await ann.page.getByRole("link", { name: "Back to rooms" }).click()
    await ann.page.getByRole("button", { name: "Jump to" }).click()
    await ann.page.keyboard.type("zoe")
    await ann.page.getByRole("option", { name: "Zoë" }).click()
    const panel = ann.page.getByRole("dialog", { name: "Room details" })
    await panel.getByRole("listitem").filter({ hasText: "Zoë" }).and(ann.page.locator("[aria-current]")).waitFor()
    expect(ann.page.url()).toEndWith(attic)
  })

  browserTest(`${name}: ? and Ctrl+/ list the shortcuts, and Alt with an arrow goes through the rooms`, async () => {
    using folder = temporaryFolder()
    const rooms = ["Attic", "Burrow", "Cellar"]
    const ids: string[] = []
    for (const room of rooms) ids.push(await seedRoom(folder.path, room, ["hello"]))
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { keyboard } = ann.page
    await ann.comeIn("Ann")
    for (const room of rooms) await enter(ann, room)

    await keyboard.type("really?")
    expect(await ann.composer.inputValue()).toBe("really?")
    await keyboard.press("Control+/")
    const help = ann.page.getByRole("dialog", { name: "Keyboard shortcuts" })
    await help.waitFor()
    await keyboard.press("Escape")
    await gone(help)
    await ann.page.locator(".scroller").focus()
    await keyboard.press("?")
    await help.waitFor()
    await keyboard.press("Escape")
    await gone(help)

    await keyboard.press("Alt+ArrowDown")
    await entered(ann, "Attic")
    await keyboard.press("Alt+ArrowUp")
    await entered(ann, "Cellar")
    await using bob = await connect(server.url)
    await bob.ask("join_room", { roomId: ids[1], userId: "bob", username: "Bob" })
    await bob.ask("send_message", { roomId: ids[1], userId: "bob", content: "over here" })
    await ann.page.getByRole("link", { name: /Burrow.*over here.*1 unread/ }).waitFor()
    await keyboard.press("Alt+Shift+ArrowUp")
    await entered(ann, "Burrow")
    // A plain arrow in an empty composer is kept for editing.
    await ann.composer.press("ArrowUp")
    await entered(ann, "Burrow")
  })

  browserTest(`${name}: a room's panel opens from its name, and tells all about the room`, async () => {
    using folder = temporaryFolder()
    const attic = await seedRoom(folder.path, "Attic", ["hello"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    for (const size of ["desktop", "phone"] as const) {
      await using ann = await Visitor.open(`${server.url}/r/${attic}`, { size })
      await ann.comeIn(`Ann of the ${size}`)
      await ann.sees("1 online")
      const panel = ann.page.getByRole(size === "phone" ? "dialog" : "complementary", { name: "Room details" })
      if (size === "desktop") await panel.getByRole("button", { name: "Close" }).click()
      await gone(panel)
      await ann.page.getByRole("heading", { level: 1 }).getByRole("button", { name: "Attic" }).click()
      await panel.getByText("Online · 1").waitFor()
      await panel.getByText(/^Created \w+ \d+, \d{4}$/).waitFor()
      await panel.getByRole("button", { name: "Copy link" }).waitFor()
      await panel.getByRole("radio", { name: "Muted" }).check()
      await ann.page.getByRole("heading", { level: 1 }).locator(".icon").waitFor()
      // Nothing in the header leaves the room by a slip of the finger.
      expect(await ann.page.locator(".room-header").getByRole("button", { name: /leave/i }).count()).toBe(0)
      await panel.getByRole("button", { name: "Leave room" }).click()
      await ann.page.getByRole("dialog", { name: "Leave this room?" }).getByRole("button", { name: "Leave" }).click()
      await gone(ann.page.getByRole("heading", { name: "Attic", level: 1 }))
    }
  })

  browserTest(`${name}: beside the room, the panel stays as it was left`, async () => {
    using folder = temporaryFolder()
    for (const room of ["Attic", "Burrow"]) await seedRoom(folder.path, room, ["hello"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await enter(ann, "Attic")
    await ann.page.locator(".panel").getByRole("button", { name: "Close" }).click()
    await enter(ann, "Burrow")
    expect(await ann.page.locator(".panel").count()).toBe(0)
    await ann.page.reload()
    await entered(ann, "Burrow")
    expect(await ann.page.locator(".panel").count()).toBe(0)
  })

  browserTest(`${name}: one's rooms show what was said there last, and when`, async () => {
    using folder = temporaryFolder()
    const attic = await seedRoom(folder.path, "Attic", ["first", "**second**\nline of it"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${attic}`, { locale: "en-GB" })
    await ann.comeIn("Ann")
    const line = ann.page.locator(".room-link.own .last-line")
    await line.filter({ hasText: "Bob: second line of it" }).waitFor()
    expect(await ann.page.locator(".room-link.own time").textContent()).toMatch(/^\d\d:\d\d$/)
    await ann.say("my own")
    await line.filter({ hasText: "You: my own" }).waitFor()
  })

  browserTest(
    `${name}: a theme that was chosen holds in every tab, and is there before the page's scripts`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url, { colorScheme: "light" })
      await ann.comeIn("Ann")
      await ann.sees("1 online")
      const tab = await ann.page.context().newPage()
      await tab.goto(server.url)
      expect(await ground({ page: tab })).toBe(lightGround)
      await ann.page.getByRole("button", { name: "Settings" }).click()
      await ann.page.getByRole("radio", { name: "Dark" }).check()
      await tab.waitForFunction(() => document.documentElement.dataset["theme"] === "dark")
      expect(await ground({ page: tab })).toBe(darkGround)

      // All that the page says comes with these, so nothing was painted before but its ground and its frame.
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      await tab.route("**/chunk-*.js", async (route) => {
        await released
        await route.continue()
      })
      await tab.goto(server.url, { waitUntil: "commit" })
      await tab.waitForFunction(() => document.styleSheets.length > 0)
      expect(await ground({ page: tab })).toBe(darkGround)
      expect(await tab.locator(".shell:not(.coming)").count()).toBe(0)
      release()
      await tab.locator(".shell:not(.coming)").waitFor()

      await ann.page.getByRole("radio", { name: "System" }).check()
      await tab.waitForFunction(() => document.documentElement.dataset["theme"] === undefined)
      expect(await ground({ page: tab })).toBe(lightGround)
    },
  )
}

export const lightGround = "rgb(243, 240, 233)"
export const darkGround = "rgb(21, 20, 18)"

export function ground({ page }: Looker): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
}

/** The index may be behind: what is typed anew is searched for anew. */
async function untilFound({ page }: Visitor, wanted: readonly string[]): Promise<void> {
  const words = page.getByRole("searchbox", { name: "Words to search for" })
  await until(`these are found: ${wanted}`, async () => {
    await words.fill(`${await words.inputValue()}x`)
    await words.fill((await words.inputValue()).slice(0, -1))
    // Not sooner: a search begins a moment after the last key.
    const isFound = (texts: string) =>
      JSON.stringify(Array.from(document.querySelectorAll(".hit-text"), (hit) => hit.textContent)) === texts
    return page.waitForFunction(isFound, JSON.stringify(wanted), { timeout: 5_000 }).then(
      () => true,
      () => false,
    )
  })
}

async function enter(visitor: Visitor, room: string): Promise<void> {
  await visitor.page.getByRole("link", { name: room }).first().click()
  await entered(visitor, room)
}

async function entered({ page }: Visitor, room: string): Promise<void> {
  await page.getByRole("heading", { name: room, level: 1, exact: true }).waitFor()
}

function options({ page }: Visitor): Promise<string[]> {
  return page.locator("[role=option] .name").allTextContents()
}

function focusedId({ page }: Visitor): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.id)
}

/** Without the marks that keep the directions of texts apart. */
function plain(text: string): string {
  return text.replaceAll(/[\u2066-\u2069]/g, "")
}
