import { expect } from "bun:test"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, Visitor } from "./browser.ts"
import { allShown } from "./conversation.ts"
import { type Edition, seedRoom } from "./server.ts"

/** Rows of a screen, and those kept ready around it. */
const rowsMax = 120

export function scrollingTests({ name, command }: Edition): void {
  browserTest(
    `${name}: scrolls back over 5,000 messages, none missing, without one of them moving under the eyes`,
    async () => {
      using folder = temporaryFolder()
      const contents = Array.from({ length: 5_000 }, (_, i) => `${i} ${"word ".repeat((i * 7) % 60)}`.trim())
      const roomId = await seedRoom(folder.path, "Archive", contents)
      const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off" }
      await using server = await startProcess(environment, { command: await command() })
      await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
      await ann.comeIn("Ann")
      await ann.sees(contents.at(-1) ?? "")
      await ann.page.evaluate(watchRows)
      expect(await allShown(ann)).toEqual(contents)
      await ann.sees(/This is the start of .Archive/)
      const { jumps, moves, rowsMost } = await ann.page.evaluate(() => window.watched)
      expect(jumps).toEqual([])
      // Each frame shows what was scrolled, or nothing: no page that comes in moves what is read. (The start ends the last one short.)
      const step = Math.max(...moves)
      expect(moves.length).toBeGreaterThan(100)
      expect(moves.slice(0, -1).filter((move) => Math.abs(move - step) > 1)).toEqual([])
      expect(rowsMost).toBeGreaterThan(10)
      expect(rowsMost).toBeLessThan(rowsMax)
    },
    180_000,
  )

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
    const scroller = ann.page.locator(".scroller")
    await scroller.evaluate((element) => element.scrollTo(0, -900))
    await ann.page.getByRole("button", { name: "Jump to latest" }).waitFor()
    await ann.page.evaluate(watchRows)
    const topOf = (text: string) =>
      ann.page.getByText(text, { exact: true }).evaluate((element) => element.getBoundingClientRect().top)
    const before = await topOf("line 275")

    await using bob = await connect(server.url)
    await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
    for (let i = 0; i < 8; i++) await bob.ask("send_message", { roomId, userId: "bob", content: `new ${i}\nand more` })
    await ann.page.getByRole("button", { name: "8 new" }).waitFor()
    expect(await topOf("line 275")).toBeCloseTo(before, 0)
    expect(await ann.page.evaluate(() => window.watched)).toMatchObject({ jumps: [], moves: [] })

    await ann.page.getByRole("button", { name: "8 new" }).click()
    await ann.sees("new 7")
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(0)
    await bob.ask("send_message", { roomId, userId: "bob", content: "and at the end one stays at the end" })
    await ann.sees("and at the end one stays at the end")
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(0)
  })
}

/** The page's own work, whoever serves it. */
export function longRoomTests({ name, command }: Edition): void {
  browserTest(
    `${name}: a room with 100,000 messages scrolls as easily as one with 300`,
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
      element.scrollTop = -element.scrollHeight
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

declare global {
  interface Window {
    watched: {
      /** Frames in which rows moved against each other. */
      readonly jumps: string[]
      /** How far all of them moved together, for each frame in which they did. */
      readonly moves: number[]
      rowsMost: number
    }
  }
}

/** Watches, frame by frame, where the lower edges of the rows are. */
function watchRows(): void {
  const watched: Window["watched"] = { jumps: [], moves: [], rowsMost: 0 }
  window.watched = watched
  let before = new Map<string, number>()
  const look = () => {
    const now = new Map<string, number>()
    for (const row of document.querySelectorAll(".row[data-seq]")) {
      now.set(row.getAttribute("data-seq") ?? "", row.getBoundingClientRect().bottom)
    }
    watched.rowsMost = Math.max(watched.rowsMost, now.size)
    const moves = [...now].flatMap(([seq, edge]) => {
      const earlier = before.get(seq)
      return earlier === undefined ? [] : [Math.round(edge - earlier)]
    })
    const [least, most] = [Math.min(...moves), Math.max(...moves)]
    if (most - least > 1) watched.jumps.push(moves.join())
    else if (moves.length > 0 && Math.abs(most) > 1) watched.moves.push(most)
    before = now
    requestAnimationFrame(look)
  }
  look()
}
