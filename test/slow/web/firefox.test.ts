/** The core of the page in Firefox: what the other tests here show of Chromium in all its details. */
import { afterAll, expect } from "bun:test"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"
import { darkGround, ground, lightGround } from "./finding.ts"
import { closeFirefox, FirefoxVisitor, firefoxTest } from "./firefox.ts"
import { rest, topSeq, watch, watched } from "./gestures.ts"
import { mirrored } from "./languages.ts"
import { fromBinary, makeBinaryFirst, seedRoom } from "./server.ts"

makeBinaryFirst()
afterAll(closeFirefox)

const start = async (environment: Record<string, string>) =>
  startProcess(environment, { command: await fromBinary.command() })

const outage = /NS_ERROR_|WebSocket|can’t establish a connection|was interrupted/

firefoxTest("Firefox: two people enter their names, see each other type, and talk", async () => {
  using folder = temporaryFolder()
  await using server = await start({ DATA_DIR: folder.path })
  await using ann = await FirefoxVisitor.open(server.url)
  await ann.comeIn("Ann")
  await using bob = await FirefoxVisitor.open(server.url)
  await bob.comeIn("Bob")
  await ann.sees("2 online", ".heading")
  await bob.write("Hello")
  await ann.sees("Bob", ".typing")
  await bob.page.keyboard.press("Enter")
  await ann.sees("Hello")
  await ann.say("Hello Bob\nsecond line")
  await bob.sees("second line")
  expect(await bob.shown()).toEqual(["Hello", "Hello Bob\nsecond line"])
  await bob.page.reload()
  await bob.sees("second line")
  expect(await bob.shown()).toEqual(["Hello", "Hello Bob\nsecond line"])
})

firefoxTest(
  "Firefox: scrolled back by a wheel over several pages, what is at the top edge never comes again",
  async () => {
    using folder = temporaryFolder()
    const contents = Array.from({ length: 700 }, (_, i) => `${i} ${"word ".repeat((i * 7) % 60)}`.trim())
    const roomId = await seedRoom(folder.path, "Archive", contents)
    await using server = await start({ DATA_DIR: folder.path, RATE_LIMITS: "off" })
    await using ann = await FirefoxVisitor.open(`${server.url}/r/${roomId}`)
    await ann.comeIn("Ann")
    await ann.sees(contents.at(-1) ?? "")
    await watch(ann)
    for (let throws = 0; throws < 200 && !((await topSeq(ann)) <= 400); throws++) await ann.wheel(-700, 6)
    await rest(ann)
    const { tops, jumps } = await watched(ann)
    expect(tops.at(-1)).toBeLessThan(410)
    // It was watched on the way, and not at its ends alone: how often depends on how many frames the machine draws.
    expect((tops[0] ?? 0) - (tops.at(-1) ?? 0)).toBeGreaterThan(200)
    expect(tops.length).toBeGreaterThan(3)
    expect(tops).toEqual(tops.toSorted((a, b) => b - a))
    expect(jumps).toEqual([])

    const place = await topSeq(ann)
    await ann.page.reload()
    await until("the same place after a reload", async () => {
      await watch(ann)
      return (await topSeq(ann)) === place
    })
  },
)

firefoxTest(
  "Firefox: a link leads to its message, keys to both ends, and what came meanwhile opens where it begins",
  async () => {
    using folder = temporaryFolder()
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`)
    const roomId = await seedRoom(folder.path, "Archive", lines)
    const otherId = await seedRoom(folder.path, "Other", ["hello"])
    await using server = await start({ DATA_DIR: folder.path, RATE_LIMITS: "off" })
    await using ann = await FirefoxVisitor.open(`${server.url}/r/${roomId}/100`)
    await ann.comeIn("Ann")
    await ann.sees("line 99", ".row.lit .prose")
    await ann.page.focus(".scroller")
    await ann.page.keyboard.press("Home")
    await ann.sees("line 0")
    await ann.page.locator(".intro").wait()
    await ann.page.keyboard.press("End")
    await ann.sees("line 299")
    await rest(ann)

    await ann.page.goto(`${server.url}/r/${otherId}`)
    await ann.sees("hello")
    await using bob = await connect(server.url)
    await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
    for (let i = 0; i < 60; i++) await bob.ask("send_message", { roomId, userId: "bob", content: `new ${i}` })
    await until("60 are counted", async () => (await ann.page.title()).startsWith("(60) "))
    await ann.page.locator(`.room-link[href='/r/${roomId}']`).click()
    await ann.sees("new 0", ".row:has(.new) .prose")
    expect(await ann.texts(".to-latest")).toHaveLength(1)
    expect(await ann.page.title()).toMatch(/^\([1-5]\d\) /)
  },
)

firefoxTest(
  "Firefox: with the server down, a draft and what is queued survive leaving the page; it is sent once",
  async () => {
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}` }
    const first = await start(environment)
    await using ann = await FirefoxVisitor.open(first.url, outage)
    await ann.comeIn("Ann")
    await using bob = await FirefoxVisitor.open(first.url, outage)
    await bob.comeIn("Bob")
    await ann.say("sent at once")
    await bob.sees("sent at once")
    await first.stop("SIGKILL")
    await ann.sees("reach the server", ".strip")
    for (const text of ["one", "two"]) await ann.say(text)
    await ann.write("half a thought")
    expect(await ann.texts(".row.waiting .prose")).toEqual(["one", "two"])

    // This page is gone before anything of it could be sent; the other stays as it is over the restart.
    const room = ann.page.url()
    await ann.page.goto("about:blank")
    await using _second = await start(environment)
    await ann.page.goto(room)
    for (const visitor of [ann, bob]) {
      await visitor.sees("two")
      expect(await visitor.shown()).toEqual(["sent at once", "one", "two"])
    }
    expect(await draft(ann)).toBe("half a thought")
    await bob.say("back")
    await ann.sees("back")
    await ann.page.reload()
    await ann.sees("back")
    expect(await ann.shown()).toEqual(["sent at once", "one", "two", "back"])
    expect(await draft(ann)).toBe("half a thought")
    expect(await ann.texts(".row.waiting")).toEqual([])
  },
)

firefoxTest("Firefox: killed and restarted in mid-send, nothing is doubled and nothing is missing", async () => {
  using folder = temporaryFolder()
  const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}` }
  const first = await start(environment)
  await using ann = await FirefoxVisitor.open(first.url, outage)
  await ann.comeIn("Ann")
  await using bob = await FirefoxVisitor.open(first.url, outage)
  await bob.comeIn("Bob")
  const sent = Array.from({ length: 12 }, (_, i) => `message ${i}`)
  for (const text of sent.slice(0, 8)) await ann.say(text)
  await first.stop("SIGKILL")
  await ann.sees("reach the server", ".strip")
  for (const text of sent.slice(8)) await ann.say(text)
  await using _second = await start(environment)
  for (const visitor of [ann, bob]) {
    await visitor.sees("message 11")
    expect(await visitor.shown()).toEqual(sent)
  }
  expect(await ann.texts(".row.waiting")).toEqual([])
})

firefoxTest("Firefox: what was typed with marks is shown as formatting", async () => {
  using folder = temporaryFolder()
  await using server = await start({ DATA_DIR: folder.path })
  await using ann = await FirefoxVisitor.open(server.url)
  await ann.comeIn("Ann")
  await ann.say("**bold** *italics* ~~gone~~ `code` <b>typed</b>\n> quoted\n- one\n- two\nexample.com")
  await ann.sees("quoted")
  const parts = ["strong", "em", "s", "code", "blockquote p", "li", "a"]
  const read = Object.fromEntries(
    await Promise.all(parts.map(async (part) => [part, await ann.texts(`.row[data-seq] .prose ${part}`)])),
  )
  expect(read).toEqual({
    strong: ["bold"],
    em: ["italics"],
    s: ["gone"],
    code: ["code"],
    "blockquote p": ["quoted"],
    li: ["one", "two"],
    a: ["example.com"],
  })
  expect(await ann.texts(".prose b")).toEqual([])
  await ann.say("```ts\nconst a = 'b'\n```")
  await ann.sees("const", "pre .keyword")
})

firefoxTest("Firefox: Ctrl+K finds a room by a few letters, and Enter goes there", async () => {
  using folder = temporaryFolder()
  for (const room of ["Café", "Cafeteria", "Engineering"]) await seedRoom(folder.path, room, ["hello"])
  await using server = await start({ DATA_DIR: folder.path })
  await using ann = await FirefoxVisitor.open(server.url)
  await ann.comeIn("Ann")
  await ann.chord("Control", "k")
  await ann.page.locator("[role=combobox]").wait()
  await ann.page.keyboard.type("cafe")
  await ann.sees("Cafeteria", "[role=option] .name")
  expect((await ann.texts("[role=option] .name")).slice(0, 2)).toEqual(["Café", "Cafeteria"])
  await ann.page.keyboard.press("ArrowDown")
  await ann.page.keyboard.press("Enter")
  await ann.sees("Cafeteria", "h1")
  await ann.page.keyboard.type("written at once")
  expect(await draft(ann)).toBe("written at once")
})

firefoxTest("Firefox: a theme that was chosen holds after a reload", async () => {
  using folder = temporaryFolder()
  await using server = await start({ DATA_DIR: folder.path })
  await using ann = await FirefoxVisitor.open(server.url)
  await ann.comeIn("Ann")
  for (const colour of [darkGround, lightGround]) {
    await ann.page.locator("button[aria-label=Settings]").click()
    if (colour === darkGround) await ann.page.locator("dialog .segmented label:nth-child(3)").click()
    else {
      // With the keys, from the button that closes the dialog.
      await ann.page.waitForSelector("dialog button:focus")
      for (const key of ["Tab", "ArrowLeft"] as const) await ann.page.keyboard.press(key)
    }
    await until(`the ground is ${colour}`, async () => (await ground(ann)) === colour, 10_000)
    await ann.page.reload()
    await ann.page.locator("#composer").wait()
    expect(await ground(ann)).toBe(colour)
  }
})

firefoxTest("Firefox: in Arabic the page is mirrored, also after a reload", async () => {
  using folder = temporaryFolder()
  await using server = await start({ DATA_DIR: folder.path })
  await using ann = await FirefoxVisitor.open(server.url)
  await ann.page.select("select", "ar")
  await ann.sees("مرحبًا بك", "h1")
  await ann.comeIn("Ann")
  for (const _ of ["at first", "after a reload"]) {
    await ann.page.locator("#composer").wait()
    expect(await ann.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([
      "ar",
      "rtl",
    ])
    await mirrored(ann)
    expect(await ann.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
    await ann.page.reload()
  }
})

function draft({ page }: FirefoxVisitor): Promise<string | undefined> {
  return page.evaluate(() => document.querySelector<HTMLTextAreaElement>("#composer")?.value)
}
