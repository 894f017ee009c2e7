import { expect } from "bun:test"
import { connect, joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { startProcess } from "../../support/process.ts"
import { settled, tooSmall, tooWide, violations } from "./accessibility.ts"
import { browserTest, gone, screens, Visitor } from "./browser.ts"
import { rest } from "./gestures.ts"
import type { Edition } from "./server.ts"

/** A phone has the smaller targets; AXE=all looks at a desktop too. */
const isAll = process.env["AXE"] === "all"

export function changingTests(edition: Edition): void {
  knownTests(edition)
  const { name, command } = edition
  browserTest(`${name}: two people react, reply, edit and delete, and see each other do it`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { permissions: ["clipboard-read", "clipboard-write"] })
    await ann.comeIn("Ann")
    await using bob = await Visitor.open(ann.page.url())
    await bob.comeIn("Bob")
    await ann.say("Who brings the **lemonade**?")
    await bob.sees("Who brings the lemonade?")

    // A reaction, by the mouse, and one from all emoji.
    await act(bob, "Who brings the lemonade?", "React with 👍")
    const chip = (visitor: Visitor, emoji: string) =>
      message(visitor, "lemonade")
        .locator(".reactions")
        .getByRole("button", { name: new RegExp(emoji) })
    await chip(bob, "👍").and(bob.page.locator("[aria-pressed=true]")).waitFor()
    await chip(ann, "👍").and(ann.page.locator("[aria-pressed=false]")).waitFor()
    expect(plain(await chip(ann, "👍").getAttribute("title"))).toBe("Bob reacted with 👍")
    await chip(ann, "👍").click()
    await bob.page.locator(".reactions b", { hasText: "2" }).waitFor()
    expect(plain(await chip(bob, "👍").getAttribute("title"))).toBe("You and Ann reacted with 👍")
    await act(ann, "lemonade", "Add a reaction")
    await ann.page.getByRole("searchbox").fill("tada")
    await ann.page.keyboard.press("Enter")
    await chip(bob, "🎉").waitFor()
    await chip(ann, "👍").click()
    await bob.page.locator(".reactions b", { hasText: "1" }).first().waitFor()

    // A reply, and the way from it to what it answers.
    await act(bob, "lemonade", "Reply")
    await bob.page.getByText("Replying to").waitFor()
    await bob.page.keyboard.type("I do")
    await bob.page.keyboard.press("Enter")
    await gone(bob.page.getByText("Replying to"))
    const quote = message(ann, "I do").locator("a.quote")
    await quote.waitFor()
    expect(plain(await quote.textContent())).toBe("In reply to Ann Who brings the lemonade?")
    await ann.say("filler\n".repeat(60))
    await gone(ann.page.locator(".row.waiting"))
    await ann.page.locator(".scroller").evaluate((scroller) => scroller.scrollBy(0, -scroller.scrollHeight))
    await quote.click()
    await ann.page.locator(".row.lit", { hasText: "lemonade" }).waitFor()
    const room = ann.page.url().replace(/\/1$/, "")
    expect(ann.page.url()).toBe(`${room}/1`)
    await ann.page.goBack()
    await ann.page.waitForURL(room)
    await ann.page.waitForFunction(isInView, await quote.elementHandle())

    // An edit in its place, by ↑; Escape leaves it as it was.
    await ann.say("See you at five")
    await bob.sees("See you at five")
    await ann.page.keyboard.press("ArrowUp")
    const box = ann.page.getByRole("textbox", { name: "Edit message" })
    await box.waitFor()
    expect(await box.inputValue()).toBe("See you at five")
    await box.fill("nonsense")
    await ann.page.keyboard.press("Escape")
    await gone(box)
    await ann.page.locator("#composer:focus").waitFor()
    expect(await message(ann, "See you").locator(".prose").textContent()).toBe("See you at five")
    await ann.page.keyboard.press("ArrowUp")
    await box.fill("See you at six")
    await ann.page.keyboard.press("Enter")
    await bob.sees("See you at six")
    await message(bob, "See you at six").locator(".prose.edited").waitFor()
    expect(await message(bob, "See you at six").locator(".prose > :last-child").evaluate(after)).toContain("(edited)")

    // The quote follows, and what is deleted is gone from it.
    await ann.page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 0))
    await edit(ann, "lemonade", "Who brings the ice?")
    await bob.page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 0))
    await bob.page.locator("a.quote", { hasText: "Who brings the ice?" }).waitFor()
    // It is said for a moment.
    await Promise.all([
      ann.page.getByRole("status").getByText("Link copied").first().waitFor(),
      act(ann, "Who brings the ice?", "Copy link"),
    ])
    expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toMatch(/\/r\/[0-9a-f-]{36}\/1$/)
    await act(ann, "Who brings the ice?", "Delete")
    const dialog = ann.page.getByRole("dialog", { name: "Delete this message?" })
    await dialog.getByRole("button", { name: "Cancel" }).click()
    await act(ann, "Who brings the ice?", "Delete")
    await dialog.getByRole("button", { name: "Delete" }).click()
    await gone(bob.page.locator(".prose", { hasText: "ice?" }))
    await bob.page.locator("p.quote", { hasText: "Message deleted" }).waitFor()
    await bob.page.reload()
    await bob.page.locator(".row").first().waitFor()
    await bob.page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 0))
    await bob.page.locator("p.quote", { hasText: "Message deleted" }).waitFor()
    expect(await bob.page.locator("body").textContent()).not.toContain("ice?")
  })

  browserTest(`${name}: with nothing but the keyboard, from the composer to a message and back`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    for (const text of ["one", "**two**", "three"]) await ann.say(text)
    await ann.page.locator(".row[data-seq]", { hasText: "three" }).waitFor()
    const { keyboard } = ann.page
    const focus = () => ann.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))
    const until = (label: string) =>
      ann.page.waitForFunction((label) => document.activeElement?.getAttribute("aria-label")?.includes(label), label)
    for (let i = 0; i < 20 && !(await focus())?.endsWith("three"); i++) await keyboard.press("Shift+Tab")
    expect(plain(await focus())).toBe("Ann: three")
    await keyboard.press("ArrowUp")
    await until("two")
    // As it is read, without the marks of its formatting.
    await ann.page.waitForFunction(() => !document.activeElement?.getAttribute("aria-label")?.includes("*"))
    expect(plain(await focus())).toBe("Ann: two")
    await ann.page.getByRole("toolbar", { name: "Message actions" }).waitFor()
    await keyboard.press("Tab")
    await until("React with 👍")
    for (const label of ["React with ❤️", "React with 😂", "Add a reaction", "Reply", "Edit"]) {
      await keyboard.press("ArrowRight")
      await until(label)
    }
    await keyboard.press("Enter")
    await until("Edit message")
    await keyboard.type(" and a half")
    await keyboard.press("Enter")
    await ann.sees("two and a half")
    await until("two and a half")
    await keyboard.press("Enter")
    const sheet = ann.page.getByRole("dialog", { name: "Message actions" })
    await sheet.waitFor()
    await keyboard.press("Escape")
    await gone(sheet)
    await until("two and a half")
    await keyboard.press("Escape")
    await ann.page.locator("#composer:focus").waitFor()
    await keyboard.press("ArrowUp")
    await until("Edit message")
    await keyboard.press("Control+a")
    await keyboard.press("Delete")
    await keyboard.press("Enter")
    await ann.page.getByRole("dialog", { name: "Delete this message?" }).waitFor()
    await ann.page.getByRole("dialog").getByRole("button", { name: "Delete" }).press("Enter")
    await gone(ann.page.locator(".prose", { hasText: "three" }))
    await ann.page.locator("#composer:focus").waitFor()
    expect(await ann.shown()).toEqual(["one", "two and a half"])

    // It is deleted elsewhere while one edits it: what was written is not, and one writes on. No key comes too soon for it.
    const next = await ann.composer.evaluate(async (area) => {
      area.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true, cancelable: true }))
      for (let turn = 0; turn < 10; turn++) await null
      return document.activeElement?.getAttribute("aria-label")
    })
    expect(next).toBe("Edit message")
    await keyboard.type(", or three")
    await deletedElsewhere(ann, server.url)
    await ann.sees("The message you were editing was deleted. Your text is here, not sent.")
    await ann.page.locator("#composer:focus").waitFor()
    await keyboard.type("!")
    expect(await ann.composer.inputValue()).toBe("**two** and a half, or three!")
    await keyboard.press("Enter")
    await gone(ann.page.getByText("The message you were editing"))
    await ann.page.locator(".row[data-seq]", { hasText: "or three!" }).waitFor()
    expect(await ann.shown()).toEqual(["one", "two and a half, or three!"])
  })

  browserTest(
    `${name}: what can be done with a message is offered also where the mouse was before it came`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      const { page } = ann
      await ann.comeIn("Ann")
      await ann.say("one")
      await page.locator(".row[data-seq]").waitFor()
      const { promise: isReleased, resolve: release } = Promise.withResolvers<void>()
      const named = await (await fetch(server.url)).text()
      await page.route("**/chunk-*.js", async (route) => {
        if (!named.includes(new URL(route.request().url()).pathname)) await isReleased
        await route.continue()
      })
      await page.reload()
      await page.locator(".row[data-seq] .prose").hover()
      expect(await page.getByRole("toolbar").count()).toBe(0)
      release()
      await page.getByRole("toolbar", { name: "Message actions" }).waitFor()
    },
  )

  browserTest(
    `${name}: what is done offline shows at once, outlives a reload, and is sent when one is back`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}` }
      const first = await startProcess(environment, { command: await command() })
      const outage = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection/
      await using ann = await Visitor.open(first.url, { allowed: outage })
      await ann.comeIn("Ann")
      for (const text of ["one", "two", "three"]) await ann.say(text)
      await ann.page.locator(".row[data-seq]", { hasText: "three" }).waitFor()
      await first.stop("SIGKILL")
      await ann.sees("Can't reach the server.")
      await edit(ann, "one", "one, edited offline")
      await act(ann, "two", "React with ❤️")
      await act(ann, "three", "Delete")
      await ann.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click()
      await gone(ann.page.locator(".prose", { hasText: "three" }))
      await ann.page.locator(".row.changing", { hasText: "one, edited offline" }).waitFor()
      await ann.page.locator(".reactions [aria-pressed=true]").waitFor()

      await using second = await startProcess(environment, { command: await command() })
      await ann.page.reload()
      await ann.page.locator(".row", { hasText: "one, edited offline" }).waitFor()
      await ann.page.waitForFunction(() => Object.keys(localStorage).every((key) => !key.startsWith("warren.outbox.")))
      await gone(ann.page.locator(".row.changing"))
      await using bob = await Visitor.open(second.url)
      await bob.comeIn("Bob")
      await bob.sees("one, edited offline")
      expect(await bob.shown()).toEqual(["one, edited offline", "two"])
      expect(await bob.page.locator(".reactions button").count()).toBe(1)
    },
  )

  browserTest(`${name}: on a phone a finger that stays on a message asks what can be done with it`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { size: "phone", hasTouch: true, isMobile: true })
    await ann.comeIn("Ann")
    await ann.composer.fill("held")
    await ann.page.getByRole("button", { name: "Send", exact: true }).tap()
    await ann.page.locator(".row[data-seq]", { hasText: "held" }).waitFor()
    const sheet = ann.page.getByRole("dialog", { name: "Message actions" })
    await hold(ann, "held")
    await sheet.getByRole("button", { name: "React with 🎉" }).click()
    const chip = ann.page.locator(".reactions [aria-pressed=true]", { hasText: "🎉" })
    await chip.waitFor()
    // On a reaction it is told who reacted, and nothing is taken back.
    await holdOn(ann, chip)
    await sheet
      .getByRole("listitem")
      .filter({ hasText: /You.* reacted with 🎉/ })
      .waitFor()
    expect(await chip.count()).toBe(1)
    await sheet.getByRole("button", { name: "Edit" }).click()
    await ann.page.getByRole("textbox", { name: "Edit message" }).fill("held, and let go")
    await ann.page.getByRole("button", { name: "Save" }).click()
    await ann.sees("held, and let go")
    await gone(ann.page.locator(".changing"))
    // What is answered is a part of the answer.
    await hold(ann, "held")
    await sheet.getByRole("button", { name: "Reply" }).click()
    await write(ann, "answered")
    await holdOn(ann, message(ann, "answered").locator("a.quote"))
    await sheet.getByText("answered").waitFor()
    await sheet.getByRole("button", { name: "Close" }).click()
    await gone(sheet)
    expect(ann.page.url()).toMatch(/\/r\/[0-9a-f-]{36}$/)
    await hold(ann, "held")
    await sheet.getByRole("button", { name: "Delete" }).click()
    await ann.page.getByRole("dialog", { name: "Delete this message?" }).getByRole("button", { name: "Delete" }).click()
    await gone(ann.page.locator(".prose", { hasText: "held" }))
  })

  for (const look of isAll ? (["desktop", "phone"] as const) : (["phone"] as const)) {
    browserTest(
      `${name}: all that is done with messages passes axe-core and can be aimed at, on a ${look}`,
      async () => {
        using folder = temporaryFolder()
        await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
        const isPhone = look === "phone"
        const options = isPhone ? ({ hasTouch: true, isMobile: true, colorScheme: "dark" } as const) : {}
        await using ann = await Visitor.open(server.url, { size: look, ...options })
        const { page } = ann
        const check = async (view: string) => {
          await page.evaluate(settled)
          expect(await violations(ann), view).toEqual([])
          expect(await page.evaluate(tooWide), view).toEqual([])
          if (isPhone) expect(await page.evaluate(tooSmall), view).toEqual([])
        }
        await ann.comeIn("Ann")
        for (const text of ["one", "two"]) await write(ann, text)
        await message(ann, "two").waitFor()
        const begin = async (action: string) => {
          if (isPhone) await hold(ann, "one")
          if (isPhone) await page.getByRole("dialog").getByRole("button", { name: action, exact: true }).tap()
          else await act(ann, "one", action)
        }
        await begin("React with ❤️")
        await begin("Reply")
        await page.getByText("Replying to").waitFor()
        await check("a reply that is written")
        await write(ann, "three")
        await message(ann, "three").locator("a.quote").waitFor()
        if (isPhone) await hold(ann, "one")
        else await message(ann, "one").locator(".prose").hover()
        await check("actions")
        if (isPhone) await page.getByRole("dialog").getByRole("button", { name: "Close" }).tap()
        await begin("Edit")
        const box = page.getByRole("textbox", { name: "Edit message" })
        await box.fill("x".repeat(4_001))
        await check("an edit that is too long")
        await box.fill("edited")
        await page.getByRole("button", { name: "Save" }).click()
        await page.locator(".prose.edited").waitFor()
        await gone(page.locator(".changing"))
        await check("reactions, a quote, an edited message")
        if (isPhone) await hold(ann, "edited")
        if (isPhone) await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).tap()
        else await act(ann, "edited", "Delete")
        await page.getByRole("dialog", { name: "Delete this message?" }).waitFor()
        await check("a deletion")
      },
    )
  }

  browserTest(
    `${name}: [MENT1] what mentions one, or the room, is lit, and so are names in it, and nothing else`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      await ann.comeIn("Ann")
      await ann.composer.waitFor()
      await ann.page.waitForURL(/\/r\//)
      const id = ann.page.url().split("/").at(-1)!
      await using bob = await joined(server.url, { id }, "bob")
      const annId = await ann.page.evaluate(() => JSON.parse(localStorage["warren.userId"]))
      const send = (content: string, mentioned: object) =>
        bob.ask("send_message", { roomId: id, userId: "bob", content, ...mentioned })
      await send("@Ann, you?", { mentions: [annId] })
      await send("@Bob, me?", { mentions: ["bob"] })
      await send("`@User bob` @User bob and @Ann: <b>@User bob</b>", { mentions: ["bob", annId] })
      await send("@Ann is not told", {})
      await send("@room, everybody?", { mentionsRoom: true })
      await message(ann, "everybody?").waitFor()
      expect(await ann.page.locator(".for-me .prose").allTextContents()).toEqual([
        "@Ann, you?",
        "@User bob @User bob and @Ann: <b>@User bob</b>",
        "@room, everybody?",
      ])
      const marked = (which: string) => ann.page.locator(`.prose ${which}`).allTextContents()
      expect(await marked(".mention.own")).toEqual(["@Ann", "@Ann", "@room"])
      expect(await marked(".mention:not(.own)")).toEqual(["@User bob", "@User bob"])
      // Whoever goes keeps their name.
      bob.socket.disconnect()
      await ann.sees("1 online")
      expect(await marked(".mention:not(.own)")).toEqual(["@User bob", "@User bob"])
    },
  )

  browserTest(`${name}: [MENT1] people of one name are one suggestion, which says that all are meant`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    await ann.page.waitForURL(/\/r\//)
    const roomId = ann.page.url().split("/").at(-1)!
    await using first = await connect(server.url)
    await using second = await connect(server.url)
    for (const [client, userId] of [
      [first, "first"],
      [second, "second"],
    ] as const)
      expect(await client.ask("join_room", { roomId, userId, username: "Bobadilla" })).toMatchObject({ ok: true })
    await ann.sees("3 online")
    await ann.composer.pressSequentially("@bo")
    const options = ann.page.getByRole("option")
    await options.filter({ hasText: "all 2 people of this name" }).waitFor()
    expect(await options.count()).toBe(1)
    // In a narrow window that is said in a line of its own: no name is broken for it.
    await ann.page.setViewportSize({ width: 260, height: 568 })
    expect(await options.locator("bdi").evaluate((username) => username.clientHeight)).toBeLessThan(30)
    await ann.page.setViewportSize(screens.desktop)
    await ann.page.keyboard.press("Enter")
    expect(await ann.composer.inputValue()).toBe("@Bobadilla ")
    await ann.page.keyboard.press("Enter")
    const [message] = await first.messages(1)
    expect(message?.mentions?.toSorted()).toEqual(["first", "second"])
    await ann.page.locator(".prose .mention").waitFor()
  })

  browserTest(`${name}: the line before what is new is read, though the message below it is lit`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    await ann.page.waitForURL(/\/r\//)
    const room = { id: ann.page.url().split("/").at(-1)! }
    const annId = await ann.page.evaluate(() => JSON.parse(localStorage["warren.userId"]))
    await using bob = await joined(server.url, room, "bob")
    await ann.say("before")
    await ann.page.locator(".row[data-seq]", { hasText: "before" }).waitFor()
    await ann.page.goto("about:blank")
    const said = { roomId: room.id, userId: "bob", content: "@Ann, you?", mentions: [annId] }
    expect(await bob.ask("send_message", said)).toMatchObject({ ok: true })
    await ann.page.goto(`${server.url}/r/${room.id}`)
    const line = ann.page.locator(".for-me .new span")
    await line.waitFor()
    const isCovered = await line.evaluate((span) => {
      const { bottom } = span.getBoundingClientRect()
      const lit = span.closest(".row")?.querySelector(".message")?.getBoundingClientRect()
      return lit === undefined || lit.top < bottom
    })
    expect(isCovered).toBe(false)
  })

  browserTest(
    `${name}: [MENT1] behind an @ there are the people of the room, and whoever is chosen is mentioned`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      await ann.comeIn("Ann")
      await using bob = await Visitor.open(server.url)
      await bob.comeIn("Bob the Builder")
      await ann.sees("2 online")
      // By any of their names.
      await ann.composer.pressSequentially("Look, @bui")
      await ann.page.getByRole("option", { name: "Bob the Builder" }).waitFor()
      await ann.page.keyboard.press("Enter")
      expect(await ann.composer.inputValue()).toBe("Look, @Bob the Builder ")
      await ann.composer.pressSequentially("here")
      await ann.page.keyboard.press("Enter")
      await bob.page.locator(".for-me .prose", { hasText: "Look, @Bob the Builder here" }).waitFor()
      expect(await ann.page.locator(".for-me").count()).toBe(0)
    },
  )

  browserTest(`${name}: nothing moves under the eyes when a message above changes its height`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await using bob = await Visitor.open(server.url)
    await bob.comeIn("Bob")
    await bob.say("short")
    for (let i = 0; i < 6; i++) await bob.say(`${i}: ${"line\n".repeat(16)}`)
    await ann.page.locator(".row[data-seq]", { hasText: "5: line" }).waitFor()
    const scroller = ann.page.locator(".scroller")
    await scroller.evaluate((element) => element.scrollBy(0, -300))
    const topOf = () => message(ann, "3: line").evaluate((element) => Math.round(element.getBoundingClientRect().top))
    await rest(ann)
    const before = await topOf()
    await bob.page.locator(".scroller").evaluate((element) => element.scrollTo(0, 0))
    await edit(bob, "short", "long\n".repeat(12))
    await bob.say("after it")
    await ann.page.locator(".to-latest", { hasText: "1 new" }).waitFor()
    expect(await topOf()).toBe(before)
    const above = message(ann, "2: line")
    const edges = () => above.evaluate((row) => row.getBoundingClientRect().bottom)
    expect(await edges()).toBeLessThan((await scroller.boundingBox())!.y)
    await act(bob, "2: line", "React with 👍")
    await above.locator(".reactions").waitFor({ state: "attached" })
    expect(Math.abs((await topOf()) - before)).toBeLessThanOrEqual(1)
    // Nor when it is one further down, from which one came.
    const below = message(ann, "5: line")
    await act(bob, "5: line", "React with 👍")
    await below.locator(".reactions").waitFor({ state: "attached" })
    expect(Math.abs((await topOf()) - before)).toBeLessThanOrEqual(1)
  })
}

const password = "correct horse battery"

function knownTests({ name, command }: Edition): void {
  browserTest(
    `${name}: [MENT1] [READ1] [NOTIFY1] [DEL1] what is for one is counted, read at once, muted everywhere, and moderated`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "accounts" }
      await using server = await startProcess(environment, { command: await command() })
      const { url: setup } = server.summary["setupLink"] as { url: string }
      const token = await joinAs("ann", setup)
      await using client = await connect(server.url, ["websocket"], { auth: { token } })
      const made = await client.ask("create_invite", { uses: 1 })
      if (!made.ok) throw new Error(made.error.message)
      await joinAs("bob", made.invite.url)
      await client.ask("create_room", { name: "Elsewhere" })
      await using ann = await signedIn(server.url, "ann")
      await ann.page.getByRole("link", { name: /^Elsewhere/ }).click()
      await ann.sees("This is the start of")
      await using bob = await signedIn(server.url, "bob")
      await bob.page.getByRole("link", { name: /^General/ }).click()
      await bob.say("of no matter")
      await ann.page.getByRole("link", { name: /^General.*1 unread/ }).waitFor()
      expect(await ann.page.title()).toContain("Elsewhere")
      expect(await ann.page.title()).not.toContain("(")
      await bob.composer.pressSequentially("@roo")
      await bob.page.getByRole("option", { name: /everyone in this room/ }).waitFor()
      await bob.page.keyboard.press("Enter")
      await bob.page.keyboard.type("come all")
      await bob.page.keyboard.press("Enter")
      await ann.page.getByRole("link", { name: /^General.*1 for you.*2 unread/ }).waitFor()
      await ann.page.waitForFunction(() => document.title.startsWith("(1) "))

      // All of it is read, without going there, and it stays so.
      await ann.page.keyboard.press("Shift+Escape")
      await ann.page.waitForFunction(() => !document.title.startsWith("("))
      await gone(ann.page.getByText("unread"))
      await ann.page.getByRole("link", { name: /^General/ }).click()
      await message(ann, "come all").and(ann.page.locator(".for-me")).waitFor()
      expect(await ann.page.locator("p.new").count()).toBe(0)
      await ann.page.getByRole("radio", { name: "Muted" }).click()
      await ann.page.reload()
      await ann.page.getByRole("radio", { name: "Muted", checked: true }).waitFor()

      await act(ann, "of no matter", "Delete")
      const dialog = ann.page.getByRole("dialog", { name: "Delete this message?" })
      await dialog.getByText("It was written by").waitFor()
      await dialog.getByRole("button", { name: "Delete" }).click()
      await gone(bob.page.locator(".prose", { hasText: "of no matter" }))
      await ann.say("one for Bob")
      await message(bob, "one for Bob").locator(".prose").hover()
      const tools = message(bob, "one for Bob").getByRole("toolbar")
      await tools.getByRole("button", { name: "Reply" }).waitFor()
      expect(await tools.getByRole("button", { name: "Delete" }).count()).toBe(0)
    },
  )
}

async function signedIn(url: string, login: string): Promise<Visitor> {
  const visitor = await Visitor.open(url, { allowed: /40[0-9]/ })
  await visitor.page.getByLabel("Login").fill(login)
  await visitor.page.getByLabel("Password").fill(password)
  await visitor.page.keyboard.press("Enter")
  await visitor.page.getByRole("link", { name: /^General/ }).waitFor()
  return visitor
}

/** Makes an account by a link. Resolves to its token. */
async function joinAs(login: string, link: string): Promise<string> {
  const { origin, hash } = new URL(link)
  const body = JSON.stringify({ invite: hash.replace("#code=", ""), login, username: login, password })
  const headers = { "Content-Type": "application/json" }
  const response = await fetch(`${origin}/api/join`, { method: "POST", headers, body })
  const answer = (await response.json()) as { readonly token: string }
  return answer.token
}

/** The message that is being edited, by the same person on another device. */
async function deletedElsewhere({ page }: Visitor, url: string): Promise<void> {
  const userId = await page.evaluate(() => JSON.parse(localStorage["warren.userId"]))
  const roomId = new URL(page.url()).pathname.slice(3)
  const id = await page.locator(".row", { has: page.locator(".edit-box") }).getAttribute("data-key")
  await using device = await connect(url)
  await device.ask("join_room", { roomId, userId, username: "Ann" })
  expect(await device.ask("delete_message", { roomId, userId, id })).toMatchObject({ ok: true })
}

export function message(visitor: Visitor, text: string) {
  return visitor.page.locator(".row[data-seq]", { has: visitor.page.locator(".prose", { hasText: text }) }).first()
}

/** With the button, which every screen has. */
async function write(visitor: Visitor, text: string): Promise<void> {
  await visitor.composer.fill(text)
  await visitor.page.getByRole("button", { name: "Send", exact: true }).click()
}

/** With the mouse. */
export async function act(visitor: Visitor, text: string, action: string): Promise<void> {
  const row = message(visitor, text)
  await row.locator(".prose").hover()
  await row.getByRole("toolbar").getByRole("button", { name: action, exact: true }).click()
}

async function edit(visitor: Visitor, text: string, next: string): Promise<void> {
  await act(visitor, text, "Edit")
  const box = visitor.page.getByRole("textbox", { name: "Edit message" })
  await box.fill(next)
  await box.press("Enter")
  await gone(box)
}

function hold(visitor: Visitor, text: string): Promise<void> {
  return holdOn(visitor, message(visitor, text).locator(".prose"))
}

async function holdOn(visitor: Visitor, target: ReturnType<typeof message>): Promise<void> {
  const box = (await target.boundingBox())!
  const cdp = await visitor.page.context().newCDPSession(visitor.page)
  const touchPoints = [{ x: box.x + 10, y: box.y + box.height / 2 }]
  await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints })
  await visitor.page.getByRole("dialog", { name: "Message actions" }).waitFor()
  await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] })
  await cdp.detach()
}

const isInView = (element: Element | null) => {
  const { top = -1, bottom = -1 } = element?.getBoundingClientRect() ?? {}
  return top >= 0 && bottom <= innerHeight
}

const plain = (text: string | null | undefined) => text?.replaceAll(/[\u2068\u2069]/g, "")

const after = (element: Element) => getComputedStyle(element, "::after").content
