import { expect } from "bun:test"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, Visitor } from "./browser.ts"
import { rest, topSeq, watch, wheel } from "./gestures.ts"
import { type Edition, seedRoom } from "./server.ts"

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`)

export function readingTests({ name, command }: Edition): void {
  browserTest(
    `${name}: one's place is kept through other rooms, reload, back and forward, and a link leads to its message`,
    async () => {
      using folder = temporaryFolder()
      const roomId = await seedRoom(folder.path, "Archive", lines(900))
      const otherId = await seedRoom(folder.path, "Other", ["hello"])
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(`${server.url}/r/${roomId}/300`)
      await ann.comeIn("Ann")
      await ann.page.locator(".row.lit[data-seq='300']").waitFor()
      expect(await ann.page.locator(".row.lit .prose").textContent()).toBe("line 299")
      await watch(ann)
      await rest(ann)
      await wheel(ann, -500, 4)
      await rest(ann)
      const place = await topSeq(ann)
      expect(place).toBeLessThan(280)
      const isThere = () => ann.page.waitForFunction((place) => window.seqAtTop() === place, place)
      await ann.page.reload()
      await ann.page.locator(`[data-seq='${place}']`).waitFor()
      await watch(ann)
      await isThere()
      await ann.page.evaluate((path) => {
        history.pushState(null, "", path)
        dispatchEvent(new PopStateEvent("popstate"))
      }, `/r/${otherId}`)
      await ann.sees("hello")
      await ann.page.goBack()
      await isThere()
      await ann.page.goForward()
      await ann.sees("hello")
      await ann.page.locator(`.room-link[href='/r/${roomId}']`).click()
      await isThere()
    },
  )

  browserTest(
    `${name}: a room that got 60 messages meanwhile opens where they begin, and the rest stays unread`,
    async () => {
      using folder = temporaryFolder()
      const roomId = await seedRoom(folder.path, "Archive", lines(100))
      const otherId = await seedRoom(folder.path, "Other", ["hello"])
      await using server = await startProcess(
        { DATA_DIR: folder.path, RATE_LIMITS: "off" },
        { command: await command() },
      )
      await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
      await ann.comeIn("Ann")
      await ann.sees("line 99")
      await ann.page.goto(`${server.url}/r/${otherId}`)
      await ann.sees("hello")
      await using bob = await connect(server.url)
      await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
      for (let i = 0; i < 60; i++) await bob.ask("send_message", { roomId, userId: "bob", content: `new ${i}` })
      await ann.page.waitForFunction(() => document.title.startsWith("(60) "))
      await ann.page.locator(`.room-link[href='/r/${roomId}']`).click()
      const first = ann.page.locator(".row", { has: ann.page.locator(".new") })
      await first.waitFor()
      expect(await first.locator(".prose").textContent()).toBe("new 0")
      const at = await first.evaluate((row) => row.getBoundingClientRect().top / innerHeight)
      expect(at).toBeGreaterThan(0)
      expect(at).toBeLessThan(0.6)
      expect(await ann.page.title()).toMatch(/^\([1-5]\d\) /)
      await ann.page.getByRole("button", { name: /^\d+ new$/ }).click()
      await ann.sees("new 59")
      await ann.page.waitForFunction(() => !document.title.startsWith("("))
    },
  )

  browserTest(`${name}: pictures are whole, in their own proportions, and no larger than they are`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.page.route("https://pictures.test/**", (route) => {
      const [width, height] = new URL(route.request().url()).pathname.slice(1).split("x")
      const body = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><circle r="20"/></svg>`
      return route.fulfill({ contentType: "image/svg+xml", body })
    })
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    const roomId = new URL(ann.page.url()).pathname.slice(3)
    await using bob = await connect(server.url)
    await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
    for (const [width, height] of [
      [600, 1200],
      [40, 40],
      [1200, 300],
    ] as const) {
      const content = `https://pictures.test/${width}x${height}`
      await bob.ask("send_message", { roomId, userId: "bob", type: "image", content })
      const shown = await ann.page.locator(`.picture:not(.coming) img[src='${content}']`).boundingBox()
      const frame = await ann.page.locator(`.picture[href='${content}']`).boundingBox()
      expect(shown!.width / shown!.height).toBeCloseTo(width / height, 1)
      expect(shown!.width).toBeLessThanOrEqual(width)
      expect(shown!.height).toBeLessThanOrEqual(frame!.height)
      expect(shown!.width).toBeGreaterThan(Math.min(width, 180) - 1)
    }
  })

  browserTest(`${name}: days and hours follow midnight and the zone, and no hour is cut`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { locale: "en-US" })
    await ann.comeIn("Ann")
    await ann.say("one")
    await ann.say("two")
    await ann.page.locator(".again time").waitFor()
    await ann.page.locator(".day", { hasText: "Today" }).waitFor()
    const isCut = await ann.page.locator(".again").evaluate((box) => box.scrollWidth > box.clientWidth)
    expect(isCut).toBe(false)
    const hour = await ann.page.locator("header time").textContent()
    expect(await ann.page.locator(".room-link.own time").textContent()).toBe(hour)
    await (await ann.page.context().newCDPSession(ann.page)).send("Emulation.setTimezoneOverride", {
      timezoneId: "Asia/Kolkata",
    })
    await ann.page.evaluate(() => dispatchEvent(new Event("focus")))
    await ann.page.waitForFunction((hour) => document.querySelector(".message header time")?.textContent !== hour, hour)
    expect(await ann.page.locator(".room-link.own time").textContent()).toBe(
      await ann.page.locator("header time").textContent(),
    )
    await ann.page.clock.setFixedTime(Date.now() + 86_400_000)
    await ann.page.evaluate(() => dispatchEvent(new Event("focus")))
    await ann.page.locator(".day", { hasText: "Yesterday" }).waitFor()
    // The hour alone would be taken for today's.
    expect(await ann.page.locator(".room-link.own time").textContent()).toMatch(/^\w{3}$/)
  })

  browserTest(`${name}: without TLS a link is copied also from a dialog`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    await ann.page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }))
    await ann.page
      .locator(".panel")
      .getByRole("button", { name: /^Leave/ })
      .click()
    const dialog = ann.page.getByRole("dialog").last()
    // It is said for a moment.
    await Promise.all([dialog.getByText("Copied").waitFor(), dialog.getByRole("button", { name: "Copy link" }).click()])
    await ann.page.keyboard.press("Escape")
    await ann.composer.focus()
    await ann.page.keyboard.press("Control+v")
    expect(await ann.composer.inputValue()).toBe(ann.page.url())
  })

  browserTest(`${name}: what changes is true also while the page is translated`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.page.locator(".heading", { hasText: "1 online" }).waitFor()
    await ann.page.evaluate(translate)
    await ann.page.locator(".heading p", { hasText: "«1 online»" }).waitFor()
    await using bob = await Visitor.open(ann.page.url())
    await bob.comeIn("Bob")
    await ann.page.locator(".heading p", { hasText: "«2 online»" }).waitFor()
    expect(await ann.page.locator(".heading p").textContent()).toBe("«2 online»")
    await bob.say("hello")
    await ann.page.locator(".prose", { hasText: "«hello»" }).waitFor()
    await bob.page.close()
    await ann.page.locator(".heading p", { hasText: "«1 online»" }).waitFor()
    expect(await ann.page.locator(".heading p").textContent()).toBe("«1 online»")
  })
}

/** As browsers do it: an element with the translation in the place of each text, and of each that comes. */
function translate(): void {
  const put = (root: Node) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    const texts: Text[] = []
    for (let node = root instanceof Text ? root : walker.nextNode(); node; node = walker.nextNode())
      texts.push(node as Text)
    for (const text of texts) {
      if (text.data.trim() === "" || text.parentElement?.closest("font, textarea")) continue
      const font = document.createElement("font")
      font.append(document.createElement("font"))
      font.firstElementChild?.append(`«${text.data}»`)
      text.replaceWith(font)
    }
  }
  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      for (const node of type === "characterData" ? [target] : addedNodes) if (node.isConnected) put(node)
    }
  })
  put(document.body)
  observer.observe(document.body, { childList: true, characterData: true, subtree: true })
}
