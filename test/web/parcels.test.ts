/** Messages whose files are still on their way when they are sent. The server is the real one. */
import { expect, test } from "bun:test"
import { Kept } from "../../src/web/core/kept.ts"
import type { Room } from "../../src/web/core/room.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom } from "../support/client.ts"
import { until } from "./page.ts"
import { newBrowser, newShelf, openTab } from "./tab.ts"

const isEmpty = (room: Room) => room.sender.outbox.entries.value.length === 0
const said = (room: Room) =>
  room.feed.timeline.messages.map(({ id, content, files = [] }) => ({
    id,
    content,
    files: files.map(({ name }) => name),
  }))
const soon = () => new Promise((resolve) => setImmediate(resolve))

test("[FILE2] a message waits for its files alone, and goes with all of them, described", async () => {
  await using app = await startTestApp()
  const browser = newBrowser()
  await using tab = await openTab(app.url, (await createRoom(app.url)).id, browser)
  const { room, parcels, going } = tab
  const uploads = tab.attach("a.txt", "b.txt")
  uploads.describe(1, " Beans ")
  parcels.send(room, "with two", uploads)
  room.send("meanwhile")
  await until(() => room.feed.timeline.version.value > 0 && room.feed.timeline.messages.length === 1)
  const [waiting] = room.sender.outbox.entries.value
  expect([waiting?.content, waiting?.files?.map(({ name }) => name)]).toEqual(["with two", ["a.txt", "b.txt"]])
  expect(browser.shelf.kept.size).toBe(2)
  expect(parcels.onlyHere.value.size).toBe(0)
  await going[1]!.arrive()
  await going[0]!.arrive()
  await until(() => isEmpty(room))
  expect(said(room)).toMatchObject([
    { content: "meanwhile", files: [] },
    { id: waiting!.id, content: "with two", files: ["a.txt", "b.txt"] },
  ])
  expect(room.feed.timeline.messages[1]?.files?.map(({ alt }) => alt)).toEqual(["Beans", undefined])
  await soon()
  expect([browser.shelf.kept.size, parcels.shares.value.size]).toEqual([0, 0])
})

test("[FILE2] what a closed tab was carrying is carried on by the next one, and sent once, by its own id", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const browser = newBrowser()
  const first = await openTab(app.url, id, browser)
  const uploads = first.attach("a.txt", "b.txt")
  first.parcels.send(first.room, "from the train", uploads)
  const sent = first.room.sender.outbox.entries.value[0]!.id
  await first.going[0]!.arrive()
  first.places.set(uploads.list.value[1]!.source, "/uploads/half")
  uploads.again(2)
  await soon()
  // A second tab waits for the first one's turn to end.
  await using second = await openTab(app.url, id, browser)
  await soon()
  expect([second.going.length, second.room.sender.outbox.entries.value.length]).toEqual([0, 1])
  await first.close()
  await until(() => second.parcels.shares.value.size === 2)
  expect(second.going.map(({ name, place }) => [name, place])).toEqual([["b.txt", "/uploads/half"]])
  await second.going[0]!.arrive()
  await until(() => isEmpty(second.room))
  expect(said(second.room)).toEqual([{ id: sent, content: "from the train", files: ["a.txt", "b.txt"] }])
  await soon()
  expect(browser.shelf.kept.size).toBe(0)
})

test("[FILE2] files that the browser cannot keep are this tab's alone, and the next one says that they are gone", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const browser = newBrowser(newShelf(3))
  const first = await openTab(app.url, id, browser)
  first.parcels.send(first.room, "too much", first.attach("a.txt"))
  await soon()
  expect(first.parcels.onlyHere.value.size).toBe(1)
  await first.close()
  await using next = await openTab(app.url, id, browser)
  const refusal = () => next.room.sender.outbox.entries.value[0]?.refusal
  await until(() => refusal() !== undefined)
  expect(refusal()).toStartWith("This browser no longer has the files.")
  expect(next.room.sender.takeBack(next.room.sender.outbox.entries.value[0]!.id)?.content).toBe("too much")
})

test("[FILE2] closing the page is at a risk while the browser takes the files, and as long as it does not keep them", async () => {
  await using app = await startTestApp()
  await using tab = await openTab(app.url, (await createRoom(app.url)).id, newBrowser(newShelf(14)))
  const { room, parcels, going } = tab
  const risks: boolean[] = []
  for (const [place, name] of ["small", "too large"].entries()) {
    parcels.send(room, name, tab.attach(name))
    risks.push(parcels.isAtRisk)
    await soon()
    risks.push(parcels.isAtRisk)
    await going[place]!.arrive()
    await until(() => isEmpty(room))
    await soon()
    risks.push(parcels.isAtRisk)
  }
  expect(risks).toEqual([true, false, false, true, true, false])
})

test("[FILE2] a message that is sent before the browser has taken its files leaves none of them behind", async () => {
  await using app = await startTestApp()
  const shelf = newShelf()
  const taken = Promise.withResolvers<void>()
  const keep: typeof shelf.keep = async (files) => {
    await taken.promise
    return shelf.keep(files)
  }
  await using tab = await openTab(app.url, (await createRoom(app.url)).id, newBrowser({ ...shelf, keep }))
  tab.parcels.send(tab.room, "quick", tab.attach("a.txt"))
  await soon()
  await tab.going[0]!.arrive()
  await until(() => isEmpty(tab.room))
  await soon()
  taken.resolve()
  await soon()
  expect([shelf.kept.size, tab.parcels.onlyHere.value.size, tab.parcels.isAtRisk]).toEqual([0, 0, false])
})

test("[FILE2] each file says how far it is, and one that the network cuts goes again after longer and longer", async () => {
  await using app = await startTestApp()
  const waited: number[] = []
  const wait = async (ms: number) => void waited.push(ms)
  await using tab = await openTab(app.url, (await createRoom(app.url)).id, newBrowser(), { wait })
  const { room, parcels, going } = tab
  parcels.send(room, "two", tab.attach("a.txt", "b.txt"))
  const shares = () => [...parcels.shares.value.values()]
  await soon()
  expect(shares()).toEqual([0, 0])
  going[0]!.progress(0.25)
  going[1]!.progress(0.5)
  expect(shares()).toEqual([0.25, 0.5])
  await going[0]!.arrive()
  expect(shares()).toEqual([1, 0.5])
  for (let cut = 1; cut <= 8; cut++) {
    going.at(-1)!.done({ kind: "failed", reason: undefined })
    expect(shares()).toEqual([1, 0])
    await soon()
  }
  expect(waited).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  expect(going.map(({ name }) => name)).toEqual(["a.txt", ...Array.from({ length: 9 }, () => "b.txt")])
})

test("[FILE2] what arrived is not sent again by the next tab, but once the server may have removed it", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const at = Date.now()
  for (const [hours, again] of [
    [12 - 1 / 3_600_000, ["b.txt"]],
    [12, ["a.txt", "b.txt"]],
  ] as const) {
    const browser = newBrowser()
    const first = await openTab(app.url, id, browser, { epochMs: () => at })
    first.parcels.send(first.room, "later", first.attach("a.txt", "b.txt"))
    await soon()
    await first.going[0]!.arrive()
    await soon()
    await first.close()
    await using next = await openTab(app.url, id, browser, { epochMs: () => at + hours * 3_600_000 })
    await until(() => next.parcels.shares.value.size === 2)
    expect(next.going.map(({ name }) => name)).toEqual([...again])
  }
})

test("[FILE2] a file that is refused holds its message, until it is tried again or taken back", async () => {
  await using app = await startTestApp()
  const browser = newBrowser()
  await using tab = await openTab(app.url, (await createRoom(app.url)).id, browser)
  const { room, parcels, going } = tab
  const uploads = tab.attach("a.txt")
  const source = uploads.list.value[0]!.source
  parcels.send(room, "please", uploads)
  going[0]!.done({ kind: "failed", reason: undefined })
  await soon()
  expect(going.length).toBe(2)
  going[1]!.done({ kind: "failed", reason: "The disk is full." })
  const pending = () => room.sender.outbox.entries.value[0]
  expect(pending()?.refusal).toBe("The disk is full.")
  room.sender.again(pending()!.id)
  expect([pending()?.refusal, going.length]).toEqual([undefined, 3])
  going[2]!.done({ kind: "failed", reason: "It is still full." })
  expect(pending()?.refusal).toBe("It is still full.")
  room.sender.again(pending()!.id)
  const taken = room.sender.takeBack(pending()!.id)
  expect(await parcels.sourceOf(taken!.files![0]!.id)).toBe(source)
  await soon()
  expect([going[3]!.isStopped, browser.shelf.kept.size]).toEqual([true, 0])
})

test("[LIM1] [FILE2] what the server takes a little later is sent again by itself", async () => {
  await using app = await startTestApp()
  await using tab = await openTab(app.url, (await createRoom(app.url)).id, newBrowser())
  const { room, parcels, going } = tab
  parcels.send(room, "many", tab.attach("a.txt"))
  going[0]!.done({ kind: "failed", reason: "Too many at once.", isPassing: true })
  await soon()
  expect([room.sender.outbox.entries.value[0]?.refusal, going.length]).toEqual([undefined, 2])
  await going[1]!.arrive()
  await until(() => isEmpty(room))
})

test("[FILE2] files of messages that nobody waits for are not kept, and those of somebody who is away are", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const browser = newBrowser()
  const away = `outbox.somebody.${id}.message`
  const file = (id: string, outboxKey: string) => ({ id, outboxKey, source: new File(["x"], id) })
  new Kept(() => browser.storage.forBrowser).write(away, { awaitsFiles: true })
  await browser.shelf.keep([file("theirs", away), file("nobody's", `outbox.somebody.${id}.other`)])
  await using tab = await openTab(app.url, id, browser)
  await soon()
  expect([...browser.shelf.kept.keys()]).toEqual(["theirs"])
  tab.parcels.send(tab.room, "mine", tab.attach("a.txt"))
  await soon()
  expect(browser.shelf.kept.size).toBe(2)
  tab.room.forgetWritten()
  await soon()
  expect([...browser.shelf.kept.keys()]).toEqual(["theirs"])
})
