/**
 * Every view, judged by axe-core: light and dark, on a desktop and a phone, in forced colours, at 320 px, and with
 * letters of twice the size. One goes through them once for each size, and sees each in all looks of it. Looks whose
 * colours and sizes others have too are looked at with AXE=all only.
 */
import { expect } from "bun:test"
import axe from "axe-core"
import type { Page } from "playwright-core"
import { joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, gone, type screens, Visitor } from "./browser.ts"
import { type Edition, seedRoom } from "./server.ts"

interface Look {
  readonly colorScheme?: "light" | "dark"
  readonly forcedColors?: "active"
  /** Letters of so many times the size. */
  readonly textScale?: number
  readonly direction?: "rtl"
}

const light = { colorScheme: "light" } as const
const dark = { colorScheme: "dark" } as const

const isAll = process.env["AXE"] === "all"

const looks = {
  desktop: { light, ...(isAll && { dark }), "in forced colours": { forcedColors: "active" } },
  phone: {
    ...(isAll && { light }),
    dark,
    "from right to left": { direction: "rtl" },
  },
  smallest: { "text of 200 %": { textScale: 2 } },
} as const satisfies Record<keyof typeof screens, Record<string, Look>>

const outage = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection/

export function accessibilityTests({ name, command }: Edition): void {
  for (const size of ["desktop", "phone", "smallest"] as const) {
    const all = Object.entries<Look>(looks[size])
    const touch = size === "phone" ? { hasTouch: true, isMobile: true } : {}
    browserTest(
      `${name}: every view on a ${size} screen, ${all.map(([look]) => look).join(", ")}, passes axe-core and can be aimed at`,
      async () => {
        using folder = temporaryFolder()
        const roomId = await seedRoom(folder.path, "Archive", talk)
        await seedRoom(folder.path, "Another", [])
        await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
        await using bob = await joined(server.url, { id: roomId }, "bob")
        await using visitor = await Visitor.open(server.url, { size, ...touch, allowed: outage })
        const { page } = visitor
        const views: string[] = []
        const check = async (view: string) => {
          for (const [look, options] of all) {
            const what = `${view}, ${look}`
            await wear(page, options)
            // A transition in mid-air has colours that are in no design.
            await page.evaluate(settled)
            expect(await violations(visitor), what).toEqual([])
            expect(await page.evaluate(tooWide), what).toEqual([])
            if (touch.hasTouch) expect(await page.evaluate(tooSmall), what).toEqual([])
            if (options.forcedColors && view === "a room") expect(await outlineOfOpenRoom(page)).toContain("solid 3px")
            await keepPicture(page, `${size}, ${look}`, view)
          }
          views.push(view)
        }
        const button = (label: string) => page.getByRole("button", { name: label, exact: true })

        const close = () => page.getByRole("dialog").getByRole("button", { name: "Close" }).click()

        await check("welcome")
        await page.keyboard.press("Enter")
        await visitor.sees("Enter a name.")
        await check("welcome, without a name")
        await visitor.comeIn("Ann")
        await visitor.composer.waitFor()
        if (size !== "desktop") await page.goBack()
        await page.getByRole("link", { name: "Archive" }).waitFor()
        await check("the list")
        await button("Settings").click()
        await page.getByRole("dialog").waitFor()
        await check("the settings")
        await button("Keyboard shortcuts").click()
        await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor()
        await check("the shortcuts")
        await close()
        await page.getByRole("button", { name: /^Jump to/ }).click()
        await page.getByRole("combobox").fill("a")
        await page.getByRole("option", { name: "Archive" }).waitFor()
        await check("what was found")
        await close()
        await button("New room").click()
        await check("a new room")
        await button("Create room").click()
        await check("a new room, without a name")
        await close()
        await page.getByRole("button", { name: "Ann" }).click()
        await check("the profile")
        await close()

        await page.getByRole("link", { name: "Archive" }).click()
        await visitor.sees("the last one")
        bob.socket.emit("typing", { roomId, userId: "bob", isTyping: true })
        await visitor.sees("is typing")
        await check("a room")
        await page.locator(".scroller").evaluate((element) => element.scrollBy(0, -5_000))
        await visitor.sees(/This is the start of .Archive/)
        await check("a room, further up")
        await page.evaluate(keepRefused, roomId)
        await page.reload()
        await visitor.sees("Not sent.")
        await check("a refused message")
        await visitor.composer.fill("x".repeat(4_001))
        await check("a message that is too long")
        await visitor.composer.fill("")
        if (size !== "desktop") await button("Room details").click()
        await visitor.sees("Online · 2")
        await check("all about the room")
        await button("Leave room").click()
        await page.getByRole("dialog", { name: "Leave this room?" }).waitFor()
        await check("leaving a room")
        await page.keyboard.press("Escape")
        if (size !== "desktop") await close()
        await button("Send files").click()
        await check("a picture")
        await close()
        await server.stop("SIGKILL")
        await visitor.sees("Can't reach the server.")
        await visitor.composer.fill("written offline")
        await button("Send").click()
        await visitor.sees("Waiting to send")
        await check("a room, offline")

        const { port } = new URL(server.url)
        await using _second = await startProcess({ DATA_DIR: folder.path, PORT: port }, { command: await command() })
        await gone(page.locator(".row.waiting"))
        await page.evaluate(() => {
          history.pushState(null, "", "/r/nowhere")
          dispatchEvent(new PopStateEvent("popstate"))
        })
        await visitor.sees("Room not found")
        await check("no such room")
        expect(views.length).toBe(18)
      },
    )
  }
}

async function wear(page: Page, { textScale = 1, direction, colorScheme, forcedColors }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: colorScheme ?? null, forcedColors: forcedColors ?? null })
  await page.evaluate(dress, { textScale, direction })
}

/** Of which a colour alone would not be seen. */
function outlineOfOpenRoom(page: Page): Promise<string> {
  return page.locator(".room-link[aria-current]").evaluate((link) => getComputedStyle(link).outline)
}

export function dress({
  textScale,
  direction = "ltr",
}: {
  readonly textScale: number
  readonly direction?: "ltr" | "rtl" | undefined
}): void {
  const { documentElement: root } = document
  root.style.fontSize = textScale === 1 ? "" : `${textScale * 93.75}%`
  root.dir = direction
}

/** SHOTS=folder keeps a picture of each view that was judged, for people to look at. */
export async function keepPicture(page: Page, look: string, view: string): Promise<void> {
  const folder = process.env["SHOTS"]
  if (folder) await page.screenshot({ path: `${folder}/${look}, ${view}.png` })
}

/** As an earlier visit does, of which the server did not take a message. */
function keepRefused(roomId: string): void {
  const id = crypto.randomUUID()
  const key = `warren.outbox.${JSON.parse(localStorage["warren.userId"])}.${roomId}.${id}`
  const refused = { id, type: "text", content: "not taken", atMs: Date.now(), refusal: "For a reason." }
  localStorage.setItem(key, JSON.stringify(refused))
}

/** What makes the page wider than its window. */
export function tooWide(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement
  return scrollWidth > clientWidth ? [`${scrollWidth} px in ${clientWidth} px`] : []
}

/** What a finger would miss, and fields that make a phone zoom. A label is aimed at in place of what it labels. */
export function tooSmall(): string[] {
  const controls = document.querySelectorAll<HTMLElement>(
    "button, select, textarea, input, summary, a[href]:not(.prose a)",
  )
  return [...controls].flatMap((control) => {
    const aimedAt = control.closest("label") ?? control
    const { width, height } = aimedAt.getBoundingClientRect()
    const isAimedAt = getComputedStyle(aimedAt).pointerEvents !== "none"
    const isSeen = aimedAt.checkVisibility({ visibilityProperty: true }) && width > 1 && isAimedAt
    const isField = control.matches("select, textarea, input:not([type=radio], [type=checkbox])")
    const letters = Number.parseFloat(getComputedStyle(control).fontSize)
    // A textarea of a composer stands in a frame that is aimed at.
    const isMissed = Math.min(width, height) < 43.9 && !control.matches(".composer textarea")
    return isSeen && (isMissed || (isField && letters < 16))
      ? [`${width}×${height}, ${letters}: ${control.outerHTML}`]
      : []
  })
}

const talk = [
  ...Array.from({ length: 12 }, (_, i) => `line ${i} of what was said`),
  "With a link: https://example.com/ and more",
  "🎉",
  "שלום לכולם",
  "the last one",
]

/** Resolves when what moves has come to rest, but for what never does. What is cut short has come to rest, too. */
export async function settled(): Promise<void> {
  const passing = () =>
    document
      .getAnimations()
      .filter(({ effect, playState }) => playState === "running" && effect?.getTiming().iterations !== Infinity)
  for (let moving = passing(); moving.length > 0; moving = passing()) {
    await Promise.allSettled(moving.map(({ finished }) => finished))
  }
}

export async function violations(visitor: Visitor): Promise<string[]> {
  const { page } = visitor
  // Half a megabyte: once for a page is enough.
  if (await page.evaluate(() => !("axe" in window))) await page.evaluate(axe.source)
  const found = await page.evaluate(`axe.run({ resultTypes: ["violations"] })`)
  return (found as axe.AxeResults).violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
  )
}
