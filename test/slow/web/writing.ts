import { expect } from "bun:test"
import type { Page } from "playwright-core"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import { allShown } from "./conversation.ts"
import type { Edition } from "./server.ts"

export function formattingTests({ name, command }: Edition): void {
  browserTest(`${name}: what was typed with marks is shown as formatting, and code gets its colours`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    const scripts = scriptsOf(ann.page)
    await ann.say("**bold** *italics* ~~gone~~ `code` <b>typed</b>\n> quoted\n- one\n- two\nexample.com")
    const prose = ann.page.locator(".row[data-seq] .prose").last()
    // As typed until what takes it apart is there.
    await prose.locator("strong").waitFor()
    expect(await prose.innerHTML()).toBe(
      '<p dir="auto"><strong>bold</strong> <em>italics</em> <s>gone</s> <code dir="ltr">code</code> &lt;b&gt;typed&lt;/b&gt;</p>' +
        '<blockquote dir="auto"><p>quoted</p></blockquote>' +
        '<ul dir="auto"><li>one</li><li>two</li></ul>' +
        '<p dir="auto"><a href="https://example.com" dir="ltr" target="_blank" rel="noopener noreferrer nofollow">example.com</a></p>',
    )
    expect(await isLoaded(scripts, "fallthrough")).toBe(false)
    await ann.say("```ts\nconst a = 'b'\n```")
    await ann.page.locator("pre .keyword", { hasText: "const" }).waitFor()
    expect(await ann.page.locator("pre").textContent()).toBe("const a = 'b'")
    expect(await isLoaded(scripts, "fallthrough")).toBe(true)
  })

  browserTest(`${name}: without what colours it, code is as readable`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { allowed: /ERR_FAILED|failed/ })
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    await ann.page.route(/\.js$/, (route) => route.abort())
    await ann.say("```ts\nconst a = 'b'\n```")
    await ann.page.locator(".row[data-seq] pre").waitFor()
    expect(await ann.page.locator("pre").innerHTML()).toBe("<code>const a = 'b'</code>")
  })
}

export function writingTests({ name, command }: Edition): void {
  browserTest(`${name}: nothing is drawn before the words that it says are there`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { page, composer } = ann
    await ann.comeIn("Ann")
    await ann.say("**bold**")
    const copyLink = page.getByRole("button", { name: "Copy the link to this room" })
    await copyLink.waitFor()
    const words = Promise.withResolvers<void>()
    let [asked, held, lastMs] = [0, 0, performance.now()]
    await page.route("**/chunk-*.js", async (route) => {
      asked++
      const script = await fetch(route.request().url())
      if ((await script.text()).includes("Copy the link to this room")) {
        held++
        await words.promise
      }
      await route.continue()
      asked--
      lastMs = performance.now()
    })
    await page.reload()
    await composer.waitFor()
    await until("all but the words has come", () => held > 0 && asked === held && performance.now() - lastMs > 500)
    expect(await copyLink.count()).toBe(0)
    // What keeps a place free shows nothing.
    expect(await page.locator("body").textContent()).not.toContain("\\u")
    words.resolve()
    await copyLink.waitFor()
    await page.locator(".prose strong").waitFor()
  })

  browserTest(
    `${name}: a draft and what was queued offline are there again in the next tab, which sends it`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}` }
      const first = await startProcess(environment, { command: await command() })
      await using ann = await Visitor.open(first.url, {
        allowed: /ERR_CONNECTION_REFUSED|ERR_ABORTED|WebSocket|failed/,
      })
      await ann.comeIn("Ann")
      await ann.say("sent at once")
      await ann.page.locator(".row[data-seq]", { hasText: "sent at once" }).waitFor()
      const room = ann.page.url()
      await first.stop("SIGKILL")
      await ann.page
        .locator(".strip")
        .getByText(/reach the server/)
        .waitFor()
      for (const text of ["one", "two"]) await ann.say(text)
      await ann.composer.fill("half a thought")

      await using _second = await startProcess(environment, { command: await command() })
      // As after a crash: the old page has no time for last words.
      const next = await ann.page.context().newPage()
      await ann.page.close({ runBeforeUnload: false })
      await next.goto(room)
      await next.locator(".row[data-seq]", { hasText: "two" }).waitFor()
      expect(await next.locator(".row[data-seq] .prose").allTextContents()).toEqual(["sent at once", "one", "two"])
      const composer = next.getByRole("textbox", { name: /^Message/ })
      expect(await composer.inputValue()).toBe("half a thought")
      await next.reload()
      await next.locator(".row[data-seq]", { hasText: "two" }).waitFor()
      expect(await composer.inputValue()).toBe("half a thought")
      expect(await next.locator(".row.waiting").count()).toBe(0)
    },
  )

  browserTest(`${name}: on a touch screen Enter begins a new line and the button sends`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { size: "phone", hasTouch: true, isMobile: true })
    await ann.comeIn("Ann")
    await ann.composer.fill("first")
    await ann.composer.press("Enter")
    await ann.composer.pressSequentially("second")
    expect(await ann.composer.getAttribute("enterkeyhint")).toBe("enter")
    expect(await ann.composer.inputValue()).toBe("first\nsecond")
    await ann.page.getByRole("button", { name: "Send", exact: true }).tap()
    await ann.page.locator(".row[data-seq]").waitFor()
    expect(await ann.shown()).toEqual(["first\nsecond"])
    // The finger's keyboard stays for the next one.
    expect(await ann.page.evaluate(() => document.activeElement?.id)).toBe("composer")
  })

  browserTest(`${name}: what is typed or pasted where nothing else takes it goes into the message`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { permissions: ["clipboard-read", "clipboard-write"] })
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.say("Hello")
    await page.waitForFunction(() => document.title !== "Warren")
    await ann.composer.fill("and ")
    await page.locator(".row[data-seq] .prose").click()
    await page.locator("#composer:not(:focus)").waitFor()
    await page.keyboard.type("so on")
    expect(await ann.composer.inputValue()).toBe("and so on")
    await page.evaluate(() => navigator.clipboard.writeText(", and on"))
    await page.locator(".row[data-seq] .prose").click()
    await page.keyboard.press("ControlOrMeta+v")
    expect(await ann.composer.inputValue()).toBe("and so on, and on")
    // With the mouse, too, one writes on after sending.
    await page.getByRole("button", { name: "Send", exact: true }).click()
    await page.keyboard.type("?")
    expect(await ann.composer.inputValue()).toBe("?")
    // Other fields, dialogs, buttons and shortcuts keep their keys.
    await ann.composer.fill("")
    await page.locator(".row[data-seq] .prose").first().click()
    await page.keyboard.press("?")
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor()
    await page.keyboard.type("a")
    await page.keyboard.press("Escape")
    await page.keyboard.press("ControlOrMeta+Shift+F")
    await page.getByLabel("Words to search for").fill("Hello")
    await page.locator(".hit").focus()
    await page.keyboard.type("b")
    await page.getByRole("button", { name: "Settings" }).focus()
    await page.keyboard.press("Space")
    await page.getByRole("dialog", { name: "Settings" }).waitFor()
    expect(await ann.composer.inputValue()).toBe("")
  })

  browserTest(
    `${name}: several messages are selected with nothing in the way, and copied as who said what`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      const { page } = ann
      await ann.comeIn("Ann")
      await ann.say("One **thing**")
      await ann.say("and another")
      await using bob = await Visitor.open(server.url)
      await bob.comeIn("Bob")
      await bob.say("- first\n- second")
      await bob.say("the last")
      const prose = page.locator(".row[data-seq] .prose")
      await prose.nth(3).waitFor()
      await page.locator(".row[data-seq] strong").waitFor()
      await prose.nth(0).hover()
      await page.getByRole("toolbar").getByRole("button", { name: /👍/ }).click()
      await page.locator(".reactions b").waitFor()
      const [from, to] = [await prose.nth(0).boundingBox(), await prose.nth(3).boundingBox()]
      await page.mouse.move(from!.x + 1, from!.y + 8)
      await page.mouse.down()
      await page.mouse.move(to!.x + 200, to!.y + 12, { steps: 12 })
      expect(await page.locator(".row", { has: page.getByRole("toolbar") }).count()).toBe(1)
      expect(await page.locator(".row", { has: page.getByRole("toolbar") }).getAttribute("data-seq")).toBe("1")
      await page.mouse.up()
      const copied = await page.evaluate(() => document.getSelection()?.toString())
      expect(copied?.split(/\n+/).map((line) => line.replace(/\d+:\d\d.*/, "TIME"))).toEqual([
        "One thing",
        "and another",
        "Bob",
        "TIME",
        "first",
        "second",
        "the last",
      ])
      // On paper there is nothing but the room and what was said.
      await page.emulateMedia({ media: "print" })
      for (const part of [".sidebar", ".panel", ".composer", ".actions"])
        expect(await page.locator(part).filter({ visible: true }).count(), part).toBe(0)
      expect(await page.getByRole("heading", { name: "General", level: 1 }).isVisible()).toBe(true)
      expect(await prose.nth(3).isVisible()).toBe(true)
    },
  )

  browserTest(`${name}: Ctrl+B and Ctrl+I put marks around what is selected, and take them away`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { page } = ann
    await ann.comeIn("Ann")
    await page.waitForFunction(() => document.title !== "Warren")
    await ann.composer.fill("so it is")
    const select = (from: number, to: number) =>
      ann.composer.evaluate((area: HTMLTextAreaElement, [from, to]) => area.setSelectionRange(from, to), [
        from,
        to,
      ] as const)
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(`ControlOrMeta+${key}`)
      return ann.composer.inputValue()
    }
    await select(3, 5)
    expect(await press("b")).toBe("so **it** is")
    expect(await press("i")).toBe("so ***it*** is")
    expect(await press("b")).toBe("so *it* is")
    expect(await press("b", "i")).toBe("so **it** is")
    expect(await press("b")).toBe("so it is")
    // One types on between them, and it can be undone.
    await select(8, 8)
    await press("b")
    await page.keyboard.type("!")
    expect(await ann.composer.inputValue()).toBe("so it is**!**")
    expect(await press("z", "z")).not.toContain("!")
    await ann.composer.fill("changed")
    await page.keyboard.press("Enter")
    await page.locator(".row[data-seq]").waitFor()
    await page.keyboard.press("ArrowUp")
    await page.getByRole("textbox", { name: "Edit message" }).selectText()
    await page.keyboard.press("ControlOrMeta+b")
    await page.keyboard.press("Enter")
    await page.locator(".row[data-seq] strong", { hasText: "changed" }).waitFor()
  })

  browserTest(`${name}: Enter that ends what an input method is writing sends nothing`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    const cdp = await ann.page.context().newCDPSession(ann.page)
    const compose = async (text: string) => {
      await cdp.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length })
      // As Chromium has it of an input method: a key without a name of its own.
      await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", windowsVirtualKeyCode: 229 })
      await cdp.send("Input.insertText", { text })
    }
    await ann.composer.focus()
    await compose("日本")
    await compose("語")
    expect(await ann.composer.inputValue()).toBe("日本語")
    await ann.page.keyboard.press("Enter")
    await ann.page.locator(".row[data-seq]").waitFor()
    expect(await ann.shown()).toEqual(["日本語"])
    await ann.page.keyboard.press("ArrowUp")
    const box = ann.page.getByRole("textbox", { name: "Edit message" })
    await box.waitFor()
    await compose("版")
    expect(await box.inputValue()).toBe("日本語版")
  })

  browserTest(`${name}: a dialog with a field begins in it, and a field's error ends when it is changed`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    for (const [button, field] of [
      ["New room", "Name"],
      ["Send files", "Image address"],
      ["Edit your profile", "Name"],
    ] as const) {
      await ann.page.getByRole("button", { name: button }).click()
      const dialog = ann.page.getByRole("dialog")
      const input = dialog.getByLabel(field, { exact: true })
      // It is loaded when it is asked for first.
      await input.and(ann.page.locator(":focus")).waitFor()
      await ann.page.keyboard.press("Control+a")
      await ann.page.keyboard.press("Delete")
      await ann.page.keyboard.press("Enter")
      await dialog.getByRole("alert").waitFor()
      await ann.page.keyboard.type("Launch plan")
      expect(await input.inputValue()).toBe("Launch plan")
      expect(await dialog.getByRole("alert").count()).toBe(0)
      await ann.page.keyboard.press("Escape")
      await gone(dialog)
    }
  })

  browserTest(`${name}: pasted colours are not sent, and a text that is too long is sent in parts`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.say("\u001b[31mred\u001b[0m\u000bsoft")
    await ann.page.locator(".row[data-seq]").waitFor()
    expect(await ann.shown()).toEqual(["red\nsoft"])

    // How much space is left is seen at once, and heard once one pauses.
    await ann.composer.fill("x".repeat(3_700))
    const heard = ann.page.locator(".composer").getByRole("status")
    await heard.filter({ hasText: "300 characters left" }).waitFor({ state: "attached" })
    const heardWhenSeen = ann.page.evaluate(
      () =>
        new Promise((resolve) => {
          const seen = document.querySelector(".length")
          const watch = new MutationObserver(() => {
            watch.disconnect()
            resolve([seen?.textContent, document.querySelector(".composer [role='status']")?.textContent])
          })
          if (seen) watch.observe(seen, { characterData: true, childList: true, subtree: true })
        }),
    )
    await ann.composer.pressSequentially("x")
    expect(await heardWhenSeen).toEqual(["299", "300 characters left"])
    await heard.filter({ hasText: "299 characters left" }).waitFor({ state: "attached" })
    expect(await ann.page.locator(".composer").getByText("299", { exact: true }).getAttribute("aria-hidden")).toBe(
      "true",
    )

    const paragraphs = Array.from({ length: 3 }, (_, i) => `${i} ${"word ".repeat(500).trim()}`)
    await ann.composer.fill(paragraphs.join("\n\n"))
    await heard.filter({ hasText: /[0-9,]+ characters too long/ }).waitFor()
    await ann.page.getByRole("button", { name: "Send as 3 messages" }).waitFor()
    await ann.page.keyboard.press("Enter")
    expect(await ann.page.evaluate(() => document.activeElement?.textContent)).toBe("Send as 3 messages")
    await ann.page.keyboard.press("Enter")
    await ann.page.locator(".row[data-seq='4']").waitFor()
    expect((await allShown(ann)).slice(-3)).toEqual(paragraphs)
    expect(await ann.composer.inputValue()).toBe("")
  })
}

export function emojiTests({ name, command }: Edition): void {
  browserTest(`${name}: emoji are completed by name and picked from all, which are loaded when asked for`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    const { page } = ann
    const { keyboard } = page
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    const scripts = scriptsOf(page)
    expect(await isLoaded(scripts, " tada ")).toBe(false)
    await ann.composer.pressSequentially("at 10:30 :tad")
    expect(await page.getByRole("option").first().textContent()).toContain(":tada:")
    await isChosenNamed(page, true)
    expect(await isLoaded(scripts, " tada ")).toBe(true)
    await keyboard.press("Enter")
    expect(await ann.composer.inputValue()).toBe("at 10:30 🎉")
    await ann.composer.pressSequentially(" :+1: :he")
    await keyboard.press("ArrowDown")
    await keyboard.press("Escape")
    expect(await page.getByRole("option").count()).toBe(0)
    expect(await ann.composer.inputValue()).toBe("at 10:30 🎉 👍 :he")
    await keyboard.press("Control+z")
    expect(await ann.composer.inputValue()).not.toBe("at 10:30 🎉 👍 :he")
    // An arrow is for what was typed, also when it comes before that was drawn to its end.
    await ann.composer.fill(":he")
    await isChosenNamed(page, true)
    await ann.composer.evaluate(async (area: HTMLTextAreaElement) => {
      area.setRangeText("a", 3, 3, "end")
      area.dispatchEvent(new InputEvent("input", { bubbles: true }))
      for (let turn = 0; turn < 10; turn++) await null
      area.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }))
    })
    await page.waitForFunction(() => {
      const [, second] = document.querySelectorAll("[role=option]")
      return second?.id === document.getElementById("composer")?.getAttribute("aria-activedescendant")
    })
    // Whoever may be mentioned says nothing of a list of emoji, and a list that is gone is not spoken of.
    await ann.composer.fill("@Zoe :tad")
    await page.getByRole("option", { name: ":tada:" }).waitFor()
    await ann.composer.pressSequentially("a")
    await isChosenNamed(page, true)
    await ann.composer.fill("ab")
    await isChosenNamed(page, false)
    await keyboard.press("ArrowLeft")
    await page.getByRole("button", { name: "Emoji" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByRole("button", { name: "grinning", exact: true }).waitFor()
    await keyboard.press("Tab")
    await keyboard.press("ArrowRight")
    await keyboard.press("ArrowDown")
    await keyboard.press("ArrowUp")
    await keyboard.press("Enter")
    await gone(dialog)
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "a😃b")
    await page.getByRole("button", { name: "Emoji" }).click()
    await dialog.getByRole("heading", { name: "Recently used" }).waitFor()
    await keyboard.type("thumbs up")
    await keyboard.press("Enter")
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "a😃👍b")
    await keyboard.press("Enter")
    await page.locator(".row[data-seq]", { hasText: "a😃👍b" }).waitFor()
  })
}

/** Resolves once the composer says which option it stands for, or that it stands for none. */
async function isChosenNamed(page: Page, isNamed: boolean): Promise<void> {
  await page.waitForFunction((isNamed) => {
    const id = document.getElementById("composer")?.getAttribute("aria-activedescendant")
    const chosen = document.querySelector("[role=option][aria-selected=true]")
    return isNamed ? id !== null && chosen?.id === id : id === null && chosen === null
  }, isNamed)
}

/** The addresses of the scripts that the page asks for from now on. */
function scriptsOf(page: Page): readonly string[] {
  const urls: string[] = []
  page.on("request", (request) => {
    if (request.resourceType() === "script") urls.push(request.url())
  })
  return urls
}

/** Whether one of them has this in it. */
async function isLoaded(urls: readonly string[], part: string): Promise<boolean> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(url)).text()))
  return texts.some((text) => text.includes(part))
}
