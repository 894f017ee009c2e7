import { expect } from "bun:test"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import { allShown } from "./conversation.ts"
import { draw, flick, rest, topSeq, watch, watched, wheel } from "./gestures.ts"
import { type Edition, seedRoom } from "./server.ts"

/** Rows of a screen, and those kept ready around it. */
const rowsMax = 120

export function scrollingTests({ name, command }: Edition): void {
  browserTest(
    `${name}: scrolls back over 500 messages, none missing, without one of them moving under the eyes`,
    async () => {
      using folder = temporaryFolder()
      const contents = Array.from({ length: 500 }, (_, i) => `${i} ${"word ".repeat((i * 7) % 60)}`.trim())
      const roomId = await seedRoom(folder.path, "Archive", contents)
      const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off" }
      await using server = await startProcess(environment, { command: await command() })
      await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
      await ann.comeIn("Ann")
      await ann.sees(contents.at(-1) ?? "")
      await watch(ann)
      expect(await allShown(ann)).toEqual(contents)
      await ann.sees(/This is the start of/)
      const { jumps, moves, rowsMost } = await watched(ann)
      expect(jumps).toEqual([])
      // Each scroll shows what was scrolled, and nothing more: no page that comes in moves what is read. (The start ends the last ones short.)
      const step = Math.max(...moves)
      const scrolls = wholeScrolls(moves, step)
      expect(scrolls.length).toBeGreaterThan(40)
      expect(scrolls.slice(0, -2).filter((scroll) => Math.abs(scroll - step) > 1)).toEqual([])
      expect(rowsMost).toBeGreaterThan(10)
      expect(rowsMost).toBeLessThan(rowsMax)
    },
  )

  browserTest(`${name}: whoever takes back a long draft is at the end of the room, where they were`, async () => {
    using folder = temporaryFolder()
    const contents = Array.from({ length: 60 }, (_, i) => `line ${i}`)
    const roomId = await seedRoom(folder.path, "Archive", contents)
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
    await ann.comeIn("Ann")
    await ann.sees("line 59")
    const scroller = ann.page.locator(".scroller")
    const height = () => scroller.evaluate((list) => list.clientHeight)
    const isAtEnd = () => scroller.evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 2)
    const whole = await height()
    await ann.composer.fill("a line\n".repeat(12))
    await until("the list gives way to the draft", async () => (await height()) < whole - 100 && (await isAtEnd()))
    await ann.composer.evaluate((area: HTMLTextAreaElement) => {
      area.select()
      document.execCommand("delete")
      // The browser moves the list. Sometimes it tells that before it tells how high the list is.
      document.querySelector(".scroller")?.dispatchEvent(new Event("scroll"))
    })
    await until("it has its height again", async () => (await height()) === whole)
    await using bob = await connect(server.url)
    await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
    await bob.ask("send_message", { roomId, userId: "bob", content: "the next one" })
    await ann.sees("the next one")
    expect(await isAtEnd()).toBe(true)
    expect(await ann.page.getByRole("button", { name: /new$|Jump to latest/ }).count()).toBe(0)
  })

  browserTest(`${name}: what comes while one reads further up moves nothing, and is told`, async () => {
    using folder = temporaryFolder()
    const roomId = await seedRoom(
      folder.path,
      "Archive",
      Array.from({ length: 300 }, (_, i) => `line ${i}`),
    )
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
    await ann.comeIn("Ann")
    await ann.sees("line 299")
    await wheel(ann, -300, 3)
    await ann.page.getByRole("button", { name: "Jump to latest" }).waitFor()
    await rest(ann)
    await watch(ann)
    const topOf = (text: string) =>
      ann.page.getByText(text, { exact: true }).evaluate((element) => element.getBoundingClientRect().top)
    const before = await topOf("line 275")

    await using bob = await connect(server.url)
    await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
    for (let i = 0; i < 8; i++) await bob.ask("send_message", { roomId, userId: "bob", content: `new ${i}\nand more` })
    await ann.page.getByRole("button", { name: "8 new" }).waitFor()
    expect(await topOf("line 275")).toBeCloseTo(before, 0)
    expect(await watched(ann)).toMatchObject({ jumps: [], moves: [] })

    // All of it fits into the view, so where it begins is at the end.
    await ann.page.getByRole("button", { name: "8 new" }).click()
    await ann.page.locator(".new").waitFor()
    await gone(ann.page.locator(".to-latest"))
    await bob.ask("send_message", { roomId, userId: "bob", content: "and at the end one stays at the end" })
    await ann.sees("and at the end one stays at the end")
    expect(await isAtEnd(ann)).toBe(true)
    expect(await ann.page.title()).not.toContain("(")
  })

  for (const [means, size] of [
    ["a finger", "phone"],
    ["a wheel", "desktop"],
  ] as const) {
    browserTest(
      `${name}: thrown back by ${means} over several pages, what is at the top edge never comes again`,
      async () => {
        using folder = temporaryFolder()
        const contents = Array.from({ length: 400 }, (_, i) => `${i} ${"word ".repeat((i * 7) % 60)}`.trim())
        const roomId = await seedRoom(folder.path, "Archive", contents)
        const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off" }
        await using server = await startProcess(environment, { command: await command() })
        const isTouch = size === "phone"
        await using ann = await Visitor.open(`${server.url}/r/${roomId}`, {
          size,
          hasTouch: isTouch,
          isMobile: isTouch,
        })
        await ann.comeIn("Ann")
        await ann.sees(contents.at(-1) ?? "")
        if (isTouch) await leavesTheEndSlowly(ann)
        await watch(ann)
        for (let throws = 0; throws < 200 && !((await topSeq(ann)) <= 230); throws++) {
          if (isTouch) await flick(ann, 550)
          else await wheel(ann, -700, 6)
        }
        await rest(ann)
        const { tops, times, jumps } = await watched(ann)
        expect(tops.at(-1)).toBeLessThan(240)
        // It was watched all the way: how often depends on how many frames the machine draws.
        expect((tops[0] ?? 0) - (tops.at(-1) ?? 0)).toBeGreaterThan(130)
        expect(tops.length).toBeGreaterThan(5)
        expect(tops).toEqual(tops.toSorted((a, b) => b - a))
        // No frame leaps over a page, but for one that came late: the list goes on without it, at most 10,000 px a second.
        const leaps = tops.slice(1).map((seq, i) => (tops[i] ?? 0) - seq - ((times[i + 1] ?? 0) - (times[i] ?? 0)) / 10)
        expect(Math.max(...leaps)).toBeLessThan(60)
        expect(jumps).toEqual([])
      },
    )
  }

  browserTest(`${name}: the keys that scroll lead where they say, in the list and from where one writes`, async () => {
    using folder = temporaryFolder()
    const contents = Array.from({ length: 2_000 }, (_, i) => `${i} ${"word ".repeat((i * 7) % 60)}`.trim())
    const roomId = await seedRoom(folder.path, "Archive", contents)
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
    await ann.comeIn("Ann")
    await ann.sees(contents.at(-1) ?? "")
    const view = await ann.page.locator(".scroller").evaluate((element) => element.clientHeight)
    for (const place of [".scroller", "#composer"]) {
      await ann.page.locator(place).focus()
      await watch(ann)
      await ann.page.keyboard.press("PageUp")
      await rest(ann)
      const { jumps, moves } = await watched(ann)
      expect(jumps).toEqual([])
      const moved = moves.reduce((sum, move) => sum + move, 0)
      expect(moved, place).toBeGreaterThan(0.8 * view)
      expect(moved, place).toBeLessThan(view)
    }
    await ann.page.locator(".scroller").focus()
    await ann.page.keyboard.press("Home")
    await ann.page.locator(".intro").waitFor()
    await ann.page.getByText(contents[0] ?? "", { exact: true }).waitFor()
    // All of it is in view, not only near.
    await ann.page.waitForFunction(() => {
      const [scroller, intro] = [".scroller", ".intro"].map((part) => document.querySelector(part))
      return intro && scroller && intro.getBoundingClientRect().top >= scroller.getBoundingClientRect().top
    })
    await ann.page.keyboard.press("PageDown")
    await rest(ann)
    await ann.page.keyboard.press("End")
    await ann.sees(contents.at(-1) ?? "")
    expect(await isAtEnd(ann)).toBe(true)
  })

  browserTest(`${name}: dragged to the middle of a long room, the list shows what is there`, async () => {
    using folder = temporaryFolder()
    const contents = Array.from({ length: 5_000 }, (_, i) => `${i} ${"word ".repeat((i * 7) % 60)}`.trim())
    const roomId = await seedRoom(folder.path, "Archive", contents)
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
    await ann.comeIn("Ann")
    await ann.sees(contents.at(-1) ?? "")
    await watch(ann)
    await dragToMiddle(ann, contents.length)
    // And goes on from there to both sides.
    const middle = await topSeq(ann)
    for (const direction of [-1, 1] as const) await wheelsOn(ann, direction)
    expect(Math.abs((await topSeq(ann)) - middle)).toBeLessThan(60)
  })
}

/** What shows the latest does not hold on to it against a finger. */
async function leavesTheEndSlowly(ann: Visitor): Promise<void> {
  const scrolled = () => ann.page.locator(".scroller").evaluate(({ scrollTop }) => scrollTop)
  const end = await scrolled()
  const further = await draw(ann, { stepPx: 3, steps: 20 }, scrolled)
  // Some of it passes before the browser takes it for a scroll.
  expect(end - further).toBeGreaterThan(20)
  await rest(ann)
}

/** In a room of so many messages. */
async function dragToMiddle(visitor: Visitor, count: number): Promise<void> {
  await visitor.page.locator(".scroller").evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2
  })
  await visitor.page.waitForFunction((count) => window.seqAtTop() < 0.7 * count, count)
  await rest(visitor)
  expect(await topSeq(visitor)).toBeGreaterThan(0.3 * count)
}

/** Some pages by the wheel, back or on: nothing jumps, and what was passed does not come again. */
async function wheelsOn(visitor: Visitor, direction: -1 | 1): Promise<void> {
  await watch(visitor)
  for (let turns = 0; turns < 12; turns++) await wheel(visitor, direction * 900, 3)
  await rest(visitor)
  const { tops, jumps } = await watched(visitor)
  expect(tops).toEqual(tops.toSorted((a, b) => direction * (a - b)))
  expect(tops.length).toBeGreaterThan(5)
  expect(jumps).toEqual([])
}

/** The last message ends where the view does. */
export function isAtEnd(visitor: Visitor): Promise<boolean> {
  return visitor.page.locator(".scroller").evaluate((scroller) => {
    const last = [...scroller.querySelectorAll(".row")].at(-1)?.getBoundingClientRect().bottom ?? Number.NaN
    const space = scroller.getBoundingClientRect().bottom - last
    return space >= 0 && space < 20
  })
}

/** The page's own work, whoever serves it. */
export function longRoomTests({ name, command }: Edition): void {
  browserTest(
    `${name}: a room with 100,000 messages scrolls as easily as one with 300, and without a jump`,
    async () => {
      using folder = temporaryFolder()
      const contents = Array.from({ length: 100_000 }, (_, i) => `${i} ${"word ".repeat((i * 7) % 60)}`.trim())
      const shortId = await seedRoom(folder.path, "Leaflet", contents.slice(0, 300))
      await seedRoom(folder.path, "Library", contents)
      const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off" }
      await using server = await startProcess(environment, { command: await command() })
      await using ann = await Visitor.open(`${server.url}/r/${shortId}`)
      await ann.comeIn("Ann")
      await scrollToStart(ann, "Leaflet")
      const short = await busyMsPerStep(ann)

      await ann.page.getByRole("link", { name: "Library" }).click()
      await ann.sees(contents.at(-1) ?? "")
      await wheelsOn(ann, -1)
      await dragToMiddle(ann, contents.length)
      for (const direction of [-1, 1] as const) await wheelsOn(ann, direction)
      await scrollToStart(ann, "Library")
      await wheelsOn(ann, 1)
      await scrollToStart(ann, "Library")
      const long = await busyMsPerStep(ann)
      expect(short).toBeGreaterThan(0)
      expect(long / short).toBeLessThan(2)
      expect(await ann.page.locator(".row").count()).toBeLessThan(rowsMax)
    },
    300_000,
  )
}

async function scrollToStart(visitor: Visitor, roomName: string): Promise<void> {
  await visitor.page.getByRole("heading", { name: roomName, level: 1 }).waitFor()
  await visitor.page.locator(".scroller").evaluate(async (element) => {
    while (!element.querySelector(".intro")) {
      element.scrollTop = 0
      await new Promise(requestAnimationFrame)
    }
  })
  await visitor.sees(new RegExp(`This is the start of .${roomName}`))
}

/** What scripts, styles and layout take for half a screen of scrolling. Compared with another such number only: machines differ. */
async function busyMsPerStep(visitor: Visitor): Promise<number> {
  const cdp = await visitor.page.context().newCDPSession(visitor.page)
  await cdp.send("Performance.enable")
  const before = await busyMs(cdp)
  const steps = 40
  await visitor.page.locator(".scroller").evaluate(async (element, steps) => {
    for (let step = 0; step < steps; step++) {
      element.scrollTop += 300
      await new Promise(requestAnimationFrame)
    }
  }, steps)
  return ((await busyMs(cdp)) - before) / steps
}

type Session = Awaited<ReturnType<ReturnType<Visitor["page"]["context"]>["newCDPSession"]>>

/** What scripts, styles and layout took so far. */
async function busyMs(cdp: Session): Promise<number> {
  const { metrics } = await cdp.send("Performance.getMetrics")
  const parts = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"]
  return metrics.filter(({ name }) => parts.includes(name)).reduce((sum, { value }) => sum + value * 1_000, 0)
}

/** A slow machine shows a scroll in two frames: parts of one that follow each other are one. */
function wholeScrolls(moves: readonly number[], step: number): number[] {
  const scrolls: number[] = []
  for (const move of moves) {
    const before = scrolls.at(-1)
    const isRest = before !== undefined && before > 0 && move > 0 && before + move <= step + 1
    if (isRest) scrolls[scrolls.length - 1] = before + move
    else scrolls.push(move)
  }
  return scrolls
}
