import { expect } from "bun:test"
import type { Locator } from "playwright-core"
import { limits } from "../../../src/contract/limits.ts"
import { parse } from "../../../src/web/markdown/parse.ts"
import { textOf } from "../../../src/web/markdown/tree.ts"
import { connect, type TestClient } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, screens, Visitor } from "./browser.ts"
import { allShown } from "./conversation.ts"
import { hostileProse, hostileTexts } from "./hostile-texts.ts"
import type { Edition } from "./server.ts"

/** One dot, for whoever asks anywhere in the world: nothing leaves this machine. */
const picture = Buffer.from("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=", "base64")

/** HOSTILE=all looks at the smallest screen too. */
const sizes = process.env["HOSTILE"] === "all" ? (["desktop", "smallest"] as const) : (["desktop"] as const)

export function hostileTests({ name, command }: Edition): void {
  for (const size of sizes) {
    browserTest(
      `${name}: ${hostileTexts.length} hostile texts as names, rooms, pictures and messages change nothing on a ${size}`,
      async () => {
        using folder = temporaryFolder()
        const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off" }
        await using server = await startProcess(environment, { command: await command() })
        await using writer = await connect(server.url)
        const rooms = await makeRooms(writer)
        const home = rooms[0] ?? ""
        await using crowd = new AsyncDisposableStack()
        await fillRoom(server.url, home, crowd)
        expect(rooms.length).toBeGreaterThanOrEqual(60)

        await using ann = await Visitor.open(`about:blank`, { size })
        await ann.page.route(
          (url) => url.origin !== server.url,
          (route) => route.fulfill({ status: 200, contentType: "image/gif", body: picture }),
        )
        await ann.page.goto(`${server.url}/r/${home}`)
        await ann.comeIn("Ann")
        await ann.composer.waitFor()
        const shown = await allShown(ann)
        // What one writes is what others read, letter by letter, but for the marks of its formatting.
        for (const text of [...hostileTexts, ...hostileProse]) expect(shown).toContain(textOf(parse(text)))
        await checkLayout(ann, size)

        // Where there is space they are there already.
        if (size === "smallest") await ann.page.getByRole("button", { name: "Room details" }).click()
        await ann.page.locator(".member").nth(50).waitFor()
        await checkLayout(ann, size)
        await checkFarNames(ann, ".member bdi")
        if (size === "smallest") await ann.page.getByRole("button", { name: "Close" }).click()
        for (const id of rooms.slice(1)) {
          await ann.page.evaluate((path) => {
            history.pushState(null, "", path)
            dispatchEvent(new PopStateEvent("popstate"))
          }, `/r/${id}`)
          await ann.page.locator(".intro").waitFor()
        }
        expect(await ann.page.locator(".room-link").count()).toBeGreaterThanOrEqual(50)
        await checkLayout(ann, size)
        if (size === "desktop") await checkFarNames(ann, ".room-link")
        expect(await ann.page.evaluate(() => "ran" in window)).toBe(false)
      },
    )
  }

  browserTest(`${name}: links lead where they say, and tell nobody where one came from`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.say(
      `javascript:alert(1) https://example.com/(a). and \u202ehttps://example.org/ and ${server.url}/r/nowhere`,
    )
    const links = ann.page.locator(".prose a")
    await links.first().waitFor()
    const read = (element: Element) => ["href", "target", "rel"].map((name) => element.getAttribute(name))
    const found = []
    for (const link of await links.all()) found.push(await link.evaluate(read))
    const outside = ["_blank", "noopener noreferrer nofollow"]
    expect(found).toEqual([
      ["https://example.com/(a)", ...outside],
      ["https://example.org/", ...outside],
      [`${server.url}/r/nowhere`, null, null],
    ])
    await links.last().click()
    await ann.sees("Room not found")
  })
}

async function makeRooms(writer: TestClient): Promise<string[]> {
  const rooms: string[] = []
  for (const name of hostileTexts) {
    const made = await writer.ask("create_room", { name, userId: "writer", visibility: "public" })
    if (made.ok) rooms.push(made.room.id)
    else throw new Error(`${JSON.stringify(name)}: ${made.error.message}`)
  }
  return rooms
}

/** People with hostile names, ids and pictures, each saying it, and one whose prose is worse. They stay as long as the stack. */
async function fillRoom(url: string, roomId: string, crowd: AsyncDisposableStack): Promise<void> {
  for (const text of hostileTexts) {
    const client = crowd.use(await connect(url))
    const username = [...text].slice(0, limits.usernameLengthMax).join("")
    const avatar = `https://pictures.example/${text.replaceAll(/[^\x21-\x7e]/g, "")}`
    const joined = await client.ask("join_room", { roomId, userId: text, username, avatar })
    if (!joined.ok) throw new Error(`${JSON.stringify(text)}: ${joined.error.message}`)
    await client.ask("send_message", { roomId, userId: text, content: text })
  }
  await using last = await connect(url)
  await last.ask("join_room", { roomId, userId: "last", username: "Last" })
  for (const content of hostileProse) {
    const sent = await last.ask("send_message", { roomId, userId: "last", content })
    if (!sent.ok) throw new Error(`${JSON.stringify(content)}: ${sent.error.message}`)
  }
  await last.ask("send_message", {
    roomId,
    userId: "last",
    type: "image",
    content: 'https://pictures.example/"onerror="window.ran=1',
  })
}

/** Of many names, each of which may be dear to draw, those out of sight are not drawn until one comes to them. */
async function checkFarNames({ page }: Visitor, names: string): Promise<void> {
  const all = page.locator(names)
  const isDrawn = (element: Element) => element.checkVisibility({ contentVisibilityAuto: true })
  const comeTo = async (name: Locator) => {
    await name.scrollIntoViewIfNeeded()
    while (!(await name.evaluate(isDrawn))) await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  // The list of rooms is where the open one is.
  await comeTo(all.first())
  expect(await all.last().evaluate(isDrawn), names).toBe(false)
  await comeTo(all.last())
}

/** Nothing is wider than the window, and the header and the composer are where they belong. */
async function checkLayout(visitor: Visitor, size: keyof typeof screens): Promise<void> {
  const { width, height } = screens[size]
  const found = await visitor.page.evaluate(() => {
    const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect()
    const pane = box(".pane")
    const isWithin = (element: Element) => {
      const { left, right, width } = element.getBoundingClientRect()
      return width === 0 || (pane !== undefined && left >= pane.left - 1 && right <= pane.right + 1)
    }
    const isCutOff = ({ parentElement: parent }: Element): boolean =>
      parent !== null && ((getComputedStyle(parent).overflowX !== "visible" && isWithin(parent)) || isCutOff(parent))
    const inPane = [...document.querySelectorAll(".pane *:not(.unseen, .unseen *)")]
    const tooWide = inPane.filter((element) => !isWithin(element) && !isCutOff(element))
    return {
      scrollWidth: document.documentElement.scrollWidth,
      scrollHeight: document.documentElement.scrollHeight,
      header: box(".room-header"),
      composer: box(".composer"),
      tooWide: tooWide.map(({ outerHTML }) => outerHTML.slice(0, 200)),
    }
  })
  expect(found.tooWide).toEqual([])
  expect(found.scrollWidth).toBeLessThanOrEqual(width)
  expect(found.scrollHeight).toBeLessThanOrEqual(height)
  expect(found.header?.top).toBe(0)
  expect(found.header?.height).toBeLessThan(80)
  expect(found.composer?.bottom).toBeLessThanOrEqual(height)
  expect(found.composer?.height).toBeLessThan(80)
}
