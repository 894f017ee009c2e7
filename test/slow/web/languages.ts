/** The page in every language: nothing of it stays English, and from right to left all of it is mirrored. */
import { expect } from "bun:test"
import { joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, gone, type screens, Visitor } from "./browser.ts"
import type { Looker } from "./gestures.ts"
import { type Edition, seedRoom } from "./server.ts"

/** What is Latin in any language: names, and those of the languages themselves. */
const latin =
  /Warren|Archive|Cellar|User bob|bob|Ub|Ann|nowhere|x{100,}|English|Deutsch|https?:\/\/|Ctrl|Shift|Alt|Enter|Esc|12:|AM|PM/g

export function languageTests({ name, command }: Edition): void {
  browserTest(`${name}: a line of another direction than the page's is cut at its end`, async () => {
    using folder = temporaryFolder()
    const roomId = await seedRoom(folder.path, "Archive", [`A line ${"that goes on ".repeat(20)}and ends`])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using bob = await joined(server.url, { id: roomId }, "bob")
    await using ann = await Visitor.open(`${server.url}/r/${roomId}`, { locale: "ar", size: "phone" })
    await ann.page.getByLabel("اسمك").fill("Ann")
    await ann.page.keyboard.press("Enter")
    const [original] = await ann.page
      .locator(".row[data-key]")
      .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset["key"]!))
    expect(await bob.ask("send_message", { roomId, userId: "bob", content: "Yes", replyTo: original })).toMatchObject({
      ok: true,
    })
    // It begins at its left, where the text does, and what does not fit is at the right.
    const cut = (line: Element) => [getComputedStyle(line).direction, line.scrollWidth > line.clientWidth]
    expect(await ann.page.locator("a.quote > bdi:last-child").evaluate(cut)).toEqual(["ltr", true])
    expect(await bob.ask("send_message", { roomId, userId: "bob", content: "It goes on ".repeat(20) })).toMatchObject({
      ok: true,
    })
    await ann.page.locator(".row[data-seq] .message").last().press("Enter")
    await ann.page.getByRole("dialog").getByRole("button", { name: "رد", exact: true }).click()
    expect(await ann.page.locator(".reply-note bdi").evaluate(cut)).toEqual(["ltr", true])
    await ann.page.locator(".room-header a").click()
    const last = ann.page.locator(".room-link .one-line > bdi", { hasText: "It goes on" })
    expect(await last.evaluate(cut)).toEqual(["ltr", true])
    const long = { roomId, userId: "bob", username: `Bob of ${"many".repeat(10)} names` }
    expect(await bob.ask("join_room", long)).toMatchObject({ ok: true })
    expect(await bob.ask("send_message", { roomId, userId: "bob", content: "And on" })).toMatchObject({ ok: true })
    const author = ann.page.locator(".room-link .said-by > bdi", { hasText: "Bob of many" })
    expect(await author.evaluate(cut)).toEqual(["ltr", true])
    // An address begins at its left also while the field only shows how.
    await ann.page.locator(".me-button").click()
    const directionOf = (field: Element) => getComputedStyle(field).direction
    expect(await ann.page.locator("input[type=url]").evaluate(directionOf)).toBe("ltr")
  })

  browserTest(`${name}: a list and a quote stand on the side where their words begin`, async () => {
    using folder = temporaryFolder()
    const arabic = "- بند أول\n- بند ثانٍ\n  1. فرعي"
    const quoted = "> كلام منقول\n> - بند"
    const roomId = await seedRoom(folder.path, "Archive", [arabic, quoted, "- one\n- اثنان", "> quoted"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
    await ann.comeIn("Ann")
    await ann.page.locator("blockquote", { hasText: "quoted" }).waitFor()
    const sides = (selector: string) =>
      ann.page
        .locator(`.prose ${selector}`)
        .evaluateAll((all) => all.map((one) => [getComputedStyle(one).direction, getComputedStyle(one).textAlign]))
    const [rtl, ltr] = [
      ["rtl", "start"],
      ["ltr", "start"],
    ]
    expect(await sides("> ul > li")).toEqual([rtl, rtl, ltr, ltr])
    expect(await sides("li ol > li")).toEqual([rtl])
    expect(await sides("blockquote")).toEqual([rtl, ltr])
    expect(await sides("blockquote li")).toEqual([rtl])
    // The sign is within the message, where it is seen.
    const isWithin = (list: Element) => {
      const message = list.closest(".prose")!.getBoundingClientRect()
      return list.firstElementChild!.getBoundingClientRect().right < message.right - 8
    }
    expect(await ann.page.locator(".prose > ul").first().evaluate(isWithin)).toBe(true)
  })

  browserTest(`${name}: in a browser that asks for Arabic every view is Arabic, and mirrored`, async () => {
    using folder = temporaryFolder()
    const roomId = await seedRoom(folder.path, "Archive", ["12:", "12:"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using bob = await joined(server.url, { id: roomId }, "bob")
    const options = { locale: "ar", size: "desktop" as keyof typeof screens }
    await using ann = await Visitor.open(server.url, options)
    const { page } = ann
    const seen = new Set<string>()
    const check = async () => {
      for (const text of await page.evaluate(readable)) {
        expect(text.replaceAll(latin, "")).not.toMatch(/[a-z]{2}/i)
        seen.add(text)
      }
    }
    const shut = () => page.keyboard.press("Escape")

    await page.getByRole("heading", { name: "مرحبًا بك" }).waitFor()
    expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([
      "ar",
      "rtl",
    ])
    await page.keyboard.press("Enter")
    await ann.sees("أدخل اسمًا.")
    await check()
    await page.getByLabel("اسمك").fill("Ann")
    await page.keyboard.press("Enter")
    await page.locator("#composer").waitFor()
    // Also to who is in the room a little later than its field.
    const typing = setInterval(() => bob.socket.emit("typing", { roomId, userId: "bob", isTyping: true }), 500)
    await ann.sees(/يكتب/)
    clearInterval(typing)
    await page.locator("#composer").fill("x".repeat(4_010))
    await check()
    await page.locator("#composer").fill("")
    await mirrored(ann)
    await page.getByRole("button", { name: "الإعدادات" }).click()
    await page.getByRole("dialog").waitFor()
    await check()
    await page.getByRole("button", { name: "اختصارات لوحة المفاتيح" }).click()
    await page.getByRole("dialog", { name: "اختصارات لوحة المفاتيح" }).waitFor()
    await check()
    await shut()
    await page.getByRole("button", { name: /^الانتقال إلى/ }).click()
    await page.getByRole("combobox").waitFor()
    await shut()
    await gone(page.getByRole("combobox"))
    // Ctrl+K, where no key has a Latin letter.
    const tools = await page.context().newCDPSession(page)
    await tools.send("Input.dispatchKeyEvent", { type: "keyDown", modifiers: 2, key: "ن", code: "KeyK" })
    await page.getByRole("combobox").fill("Cellar")
    await ann.sees(/إنشاء غرفة/)
    await check()
    await page.getByRole("option", { name: /^إنشاء غرفة/ }).click()
    await page.getByRole("dialog", { name: "إنشاء غرفة" }).waitFor()
    await check()
    await shut()
    await page.getByRole("button", { name: /^Ann/ }).click()
    await page.getByRole("dialog").waitFor()
    await check()
    await shut()
    await page.evaluate(() => {
      history.pushState(null, "", "/r/nowhere")
      dispatchEvent(new PopStateEvent("popstate"))
    })
    await ann.sees("الغرفة غير موجودة")
    await check()
    expect(seen.size).toBeGreaterThan(40)
  })

  browserTest(`${name}: another language is chosen, stays after a reload, and holds in every tab`, async () => {
    using folder = temporaryFolder()
    await seedRoom(folder.path, "Archive", ["12:"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { locale: "fr-FR" })
    const { page } = ann
    await ann.sees("Welcome to Warren")
    const scripts = () =>
      page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js")).length)
    await page.getByLabel("Language").waitFor()
    // What the page loads after its first sight is there: an idle network is told once only.
    let before = 0
    while (before !== (await scripts())) {
      before = await scripts()
      await page.waitForTimeout(1_000)
    }
    await page.getByLabel("Language").selectOption({ label: "Deutsch" })
    await ann.sees("Willkommen bei Warren")
    await page.waitForLoadState("networkidle")
    // No language is loaded but the one that is wanted: at once, or with what is said later.
    expect((await scripts()) - before).toBeWithin(1, 3)
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    await tab.getByText("Willkommen bei Warren").waitFor()
    await tab.getByLabel("Sprache").selectOption({ label: "العربية" })
    await ann.sees(/مرحبًا بك/)
    await page.reload()
    await ann.sees(/مرحبًا بك/)
    expect(await page.evaluate(() => document.documentElement.dir)).toBe("rtl")
  })
}

/** The list of rooms is on the right, the room to its left, and a name begins where lines begin. */
export async function mirrored({ page }: Looker): Promise<void> {
  const { list, pane, link, name, avatar, placeholder } = await page.evaluate(() => {
    const box = (selector: string) => {
      const element = document.querySelector(selector)
      const range = document.createRange()
      if (element !== null) range.selectNodeContents(element)
      // Of a name it is the text that counts. A range of anything else has all that is cut off in it, too.
      const { left, right, width } = (element?.matches("bdi") ? range : (element ?? range)).getBoundingClientRect()
      return { left, right, width }
    }
    const field = document.querySelector("#composer")
    return {
      list: box(".sidebar"),
      pane: box(".pane"),
      link: box(".room-link"),
      name: box(".room-link bdi.name"),
      avatar: box(".room-link .avatar"),
      placeholder: field === null ? "" : getComputedStyle(field).direction,
    }
  })
  expect(list.left).toBeGreaterThanOrEqual(pane.right - 1)
  expect(avatar.right).toBeGreaterThan(link.left + link.width * 0.9)
  expect(avatar.left - name.right).toBeLessThan(16)
  expect(placeholder).toBe("rtl")
}

/** Everything that is read or said: texts, labels, titles, placeholders. */
function readable(): string[] {
  const texts: string[] = [document.title]
  for (const element of document.querySelectorAll("body *:not(noscript)")) {
    for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"]) {
      texts.push(element.getAttribute(name) ?? "")
    }
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) texts.push(node.textContent ?? "")
  }
  return texts.filter((text) => text.trim() !== "")
}
