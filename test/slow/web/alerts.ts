/** What tells of a message that nobody sees come: a notification, a sound, the title, and the icon of the app. */
import { expect } from "bun:test"
import type { Page } from "playwright-core"
import { connect, TestClient } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"
import { until } from "../../support/until.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import { type Edition, seedRoom } from "./server.ts"

interface Shown {
  readonly title: string
  readonly body: string
  readonly path: string
}

export function alertTests({ name, command }: Edition): void {
  browserTest(
    `${name}: the browser is asked for notifications by a click alone, and then tells who wrote what where`,
    async () => {
      using folder = temporaryFolder()
      const [attic, cellar] = [await seedRoom(folder.path, "Attic", []), await seedRoom(folder.path, "Cellar", [])]
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using bob = await speaker(server.url, "Bob", [attic, cellar])
      await using ann = await Visitor.open(server.url, { notifies: true })
      const { page } = ann
      await page.context().addInitScript(asNobodyAsked)
      await page.context().addInitScript(oneAfterAnother)
      await page.goto(`${server.url}/r/${attic}`)
      await ann.comeIn("Ann")
      await ann.sees("2 online")
      await page.goto(`${server.url}/r/${cellar}`)
      await ann.sees("2 online")
      await look(page, false)
      await bob.say(attic, "too early")
      await unread(page, 1)
      expect(await page.evaluate(() => [asked(), Notification.permission])).toEqual([0, "default"])
      expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0)

      await page.getByRole("button", { name: "Settings" }).click()
      await page.context().grantPermissions(["notifications"])
      await page.getByRole("button", { name: "Turn on", exact: true }).click()
      await ann.sees("You'll be notified of new messages while you're elsewhere.")
      expect(await page.evaluate(() => asked())).toBe(1)
      await page.keyboard.press("Escape")
      await isFirst(page)

      await bob.say(attic, "over here\nis <b>news</b>")
      await shown(page, [
        { title: "\u2068Bob\u2069 · \u2068Attic\u2069", body: "over here is <b>news</b>", path: `/r/${attic}/2` },
      ])
      // What is deleted is told no more.
      const slip = await bob.say(attic, "not meant for here")
      await shown(page, [
        { title: "\u2068Bob\u2069 · \u2068Attic\u2069", body: "not meant for here", path: `/r/${attic}/3` },
      ])
      await bob.takeBack(attic, slip)
      await shown(page, [])
      // One for a room, which tells the last of it; and none of what one sees come.
      await bob.say(attic, "and more")
      await bob.say(cellar, "in the open room")
      await shown(page, [
        { title: "\u2068Bob\u2069 · \u2068Attic\u2069", body: "and more", path: `/r/${attic}/5` },
        { title: "\u2068Bob\u2069 · \u2068Cellar\u2069", body: "in the open room", path: `/r/${cellar}/1` },
      ])
      await look(page, true)
      await shown(page, [{ title: "\u2068Bob\u2069 · \u2068Attic\u2069", body: "and more", path: `/r/${attic}/5` }])
      await bob.say(cellar, "while one looks")
      await ann.sees("while one looks")

      await click(page)
      await page.getByRole("heading", { name: "Attic", level: 1 }).waitFor()
      expect(new URL(page.url()).pathname).toBe(`/r/${attic}/5`)
      await ann.sees("and more")
      await shown(page, [])
    },
  )

  browserTest(`${name}: a muted room is counted in the list, and disturbs nowhere`, async () => {
    using folder = temporaryFolder()
    const [attic, cellar] = [await seedRoom(folder.path, "Attic", []), await seedRoom(folder.path, "Cellar", [])]
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using bob = await speaker(server.url, "Bob", [attic, cellar])
    await using ann = await Visitor.open(server.url, { notifies: true, permissions: ["notifications"] })
    const { page } = ann
    await page.context().addInitScript(countBadgesAndNotes)
    await page.context().addInitScript(oneAfterAnother)
    await page.goto(`${server.url}/r/${attic}`)
    await ann.comeIn("Ann")
    await ann.sees("2 online")
    const turnOn = page.locator(".panel").getByRole("button", { name: "Turn on notifications" })
    await turnOn.click()
    await gone(turnOn)
    await page.locator(".panel").getByRole("radio", { name: "Muted" }).check()
    await page.goto(`${server.url}/r/${cellar}`)
    await ann.sees("2 online")
    await page.locator("#composer").click()
    await isFirst(page)
    await look(page, false)

    await bob.say(attic, "quietly")
    await page.getByRole("link", { name: /Attic.*Muted.*quietly.*1 unread/ }).waitFor()
    await bob.say(cellar, "aloud")
    await shown(page, [{ title: "\u2068Bob\u2069 · \u2068Cellar\u2069", body: "aloud", path: `/r/${cellar}/1` }])
    expect(await page.title()).toStartWith("(1) ")
    expect(await page.evaluate(() => [badge(), notes()])).toEqual([1, 2])

    // After it was muted, it is as before.
    await page.reload()
    await ann.sees("2 online")
    await page.getByRole("link", { name: "Attic" }).click()
    await page.locator(".panel").getByRole("radio", { name: "All", exact: true }).check()
    await page.getByRole("link", { name: "Cellar" }).click()
    await isFirst(page)
    await look(page, false)
    await bob.say(attic, "aloud again")
    await unread(page, 1)
    await page.waitForFunction(() => badge() === 1)
  })

  browserTest(`${name}: the sound is made for what one does not see come, and can be turned off`, async () => {
    using folder = temporaryFolder()
    const [attic, cellar] = [await seedRoom(folder.path, "Attic", []), await seedRoom(folder.path, "Cellar", [])]
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using bob = await speaker(server.url, "Bob", [attic, cellar])
    await using ann = await Visitor.open(server.url)
    const { page } = ann
    await page.context().addInitScript(countBadgesAndNotes)
    await page.goto(`${server.url}/r/${attic}`)
    await ann.comeIn("Ann")
    await ann.sees("2 online")
    await bob.say(attic, "seen")
    await ann.sees("seen")
    expect(await page.evaluate(() => notes())).toBe(0)
    await page.goto(`${server.url}/r/${cellar}`)
    await ann.sees("2 online")
    await page.getByRole("button", { name: "Settings" }).click()
    await page.getByRole("switch", { name: "Sound" }).uncheck()
    await bob.say(attic, "off")
    await unread(page, 1)
    await page.getByRole("switch", { name: "Sound" }).check()
    await page.keyboard.press("Escape")
    await bob.say(attic, "on")
    await page.waitForFunction(() => notes() === 2)
    await unread(page, 2)
  })

  browserTest(
    `${name}: [NOTIFY1] [PERS1] what is said to somebody in rooms that are not open is told, and no more`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret }
      await using server = await startProcess(environment, { command: await command() })
      await using bob = new TestClient(server.url, ["websocket"], { auth: { token: await tokenOf({ sub: "bob" }) } })
      const as = { userId: "bob" }
      const enter = (roomId: string) => granted(bob, "join_room", { roomId, ...as, username: "Bob" })
      const say = (roomId: string, content: string, mentions: string[] = []) =>
        granted(bob, "send_message", { roomId, ...as, content, mentions })
      const attic = await roomOf(bob, "create_room", { ...as, name: "Attic" })
      await enter(attic)

      await using ann = await Visitor.open(server.url, { notifies: true, permissions: ["notifications"] })
      const { page } = ann
      await page.context().addInitScript(countBadgesAndNotes)
      await page.context().addInitScript(oneAfterAnother)
      await page.evaluate(() => localStorage.setItem("warren.notifications", "true"))
      await page.goto(`${server.url}/#token=${await tokenOf({ sub: "ann", name: "Ann" })}`)
      await page.reload()
      await ann.composer.waitFor()
      await granted(bob, "add_member", { roomId: attic, ...as, targetId: "ann" })
      await page.getByRole("link", { name: "Attic" }).waitFor()
      await ann.composer.click()
      await isFirst(page)
      await look(page, false)

      await say(attic, "for everybody")
      await page.getByRole("link", { name: /Attic.*for everybody.*1 unread/ }).waitFor()
      const id = crypto.randomUUID()
      await granted(bob, "send_message", { roomId: attic, ...as, content: "for Ann", mentions: ["ann"], id })
      const mention = { title: "\u2068Bob\u2069 · \u2068Attic\u2069", body: "for Ann", path: `/r/${attic}` }
      await shown(page, [mention])
      const direct = await roomOf(bob, "open_direct", { ...as, targetIds: ["ann"] })
      await enter(direct)
      await say(direct, "for nobody else")
      await shown(page, [mention, { title: "Bob", body: "for nobody else", path: `/r/${direct}` }])
      expect(await page.evaluate(() => notes())).toBeGreaterThan(0)
      await granted(bob, "delete_message", { roomId: attic, ...as, id })
      await shown(page, [{ title: "Bob", body: "for nobody else", path: `/r/${direct}` }])
    },
  )

  browserTest(`${name}: of a browser's tabs one tells, and none while another is looked at`, async () => {
    using folder = temporaryFolder()
    const attic = await seedRoom(folder.path, "Attic", [])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using bob = await speaker(server.url, "Bob", [attic])
    await using ann = await Visitor.open(server.url)
    await ann.page.context().addInitScript(countBadgesAndNotes)
    await ann.page.context().addInitScript(restBehindOthers)
    await ann.page.goto(`${server.url}/r/${attic}`)
    await ann.comeIn("Ann")
    await ann.sees("2 online")
    await ann.page.locator("#composer").click()
    const other = await ann.page.context().newPage()
    await other.goto(`${server.url}/r/${attic}`)
    await other.locator(".room-header").getByText("2 online").waitFor()
    await other.locator("#composer").click()
    const tabs = [ann.page, other]

    for (const page of tabs) await look(page, false)
    await bob.say(attic, "nobody looks")
    for (const page of tabs) await unread(page, 1)
    await ann.page.waitForFunction(() => notes() === 2, undefined, { polling: 100 })

    await look(other, true)
    await bob.say(attic, "somebody looks")
    await other.getByText("somebody looks").and(other.locator(":not(.last-line, .last-line *)")).waitFor()
    await ann.page.locator(".last-line", { hasText: "somebody looks" }).waitFor()
    expect(await Promise.all(tabs.map((page) => page.evaluate(() => notes())))).toEqual([2, 0])

    // The first one is gone: the other takes over.
    await ann.page.close()
    await look(other, false)
    await isFirst(other)
    await bob.say(attic, "alone")
    await until("the other tab tells", async () => (await other.evaluate(() => notes())) === 2)
  })
}

type Request = Parameters<TestClient["ask"]>[0]

async function roomOf(client: TestClient, event: "create_room" | "open_direct", payload: object): Promise<string> {
  const answer = await client.ask(event, payload)
  if (!answer.ok) throw new Error(`${event}: ${answer.error.message}`)
  return answer.room.id
}

async function granted(client: TestClient, event: Request, payload: object): Promise<void> {
  expect(await client.ask(event, payload)).toMatchObject({ ok: true })
}

/** Somebody who is in these rooms, and says things there. */
async function speaker(url: string, username: string, rooms: readonly string[]) {
  const client = await connect(url)
  const userId = username.toLowerCase()
  for (const roomId of rooms) await client.ask("join_room", { roomId, userId, username })
  return {
    say: async (roomId: string, content: string) => {
      const answer = await client.ask("send_message", { roomId, userId, content })
      return answer.ok ? answer.message.id : ""
    },
    takeBack: (roomId: string, id: string) => client.ask("delete_message", { roomId, userId, id }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

/** As if another window came before this one, and went. */
async function look(page: Page, isLooking: boolean): Promise<void> {
  await page.evaluate((isLooking) => {
    document.hasFocus = () => isLooking
    dispatchEvent(new Event(isLooking ? "focus" : "blur"))
  }, isLooking)
}

async function unread(page: Page, count: number): Promise<void> {
  // Not by frames: of a tab behind another there are none.
  await page.waitForFunction((count) => document.title.startsWith(`(${count}) `), count, { polling: 100 })
}

/** Resolves once this page is the first of the browser's tabs: a lock is handed on a little later than a page ends. */
async function isFirst(page: Page): Promise<void> {
  await until("the tab is the first", () =>
    page.evaluate(async () => {
      const { held = [], pending = [] } = await navigator.locks.query()
      const has = (locks: LockInfo[]) => locks.some(({ name }) => name === "warren.tab-first")
      return has(held) && !has(pending)
    }),
  )
}

/** Resolves once these notifications are there, and no other. */
async function shown(page: Page, expected: readonly Shown[]): Promise<void> {
  const read = () =>
    page.evaluate(async () => {
      const worker = await navigator.serviceWorker.ready
      const all = await worker.getNotifications()
      return all.map(({ title, body, data }) => ({ title, body, path: String(data) }))
    })
  const sorted = (some: readonly Shown[]) => JSON.stringify([...some].sort((a, b) => a.path.localeCompare(b.path)))
  const deadline = performance.now() + 30_000
  while (sorted(await read()) !== sorted(expected) && performance.now() < deadline) await Bun.sleep(50)
  expect(sorted(await read())).toBe(sorted(expected))
}

/** As a click on the only notification that is there does it. */
async function click(page: Page): Promise<void> {
  const [worker] = page.context().serviceWorkers()
  await worker?.evaluate(async () => {
    const scope = globalThis as unknown as {
      readonly registration: ServiceWorkerRegistration
      readonly NotificationEvent: new (type: string, init: object) => Event
    }
    const [notification] = await scope.registration.getNotifications()
    dispatchEvent(new scope.NotificationEvent("notificationclick", { notification }))
  })
}

/**
 * Chromium drops a notification that is asked for while it is being shown: it is stored already and not yet on the
 * screen, which is taken for closed.
 */
function oneAfterAnother(): void {
  const { getNotifications, showNotification } = ServiceWorkerRegistration.prototype
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work)
    last = done
    return done
  }
  ServiceWorkerRegistration.prototype.getNotifications = function (filter) {
    return inTurn(() => getNotifications.call(this, filter))
  }
  ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
    return inTurn(() => showNotification.call(this, title, options))
  }
}

declare global {
  /** How often the browser's question was shown. */
  var asked: () => number
  /** The count on the app's icon. */
  var badge: () => number
  /** Notes that were played. */
  var notes: () => number
}

/** A browser without a window answers for the person: here nobody was asked yet, and says yes. */
function asNobodyAsked(): void {
  let count = 0
  let permission: NotificationPermission = "default"
  window.asked = () => count
  Object.defineProperty(Notification, "permission", { get: () => permission })
  Notification.requestPermission = async () => {
    count++
    permission = "granted"
    return permission
  }
}

/** What is not looked at has no frames, and its timers are late, as in a tab behind another. */
function restBehindOthers(): void {
  const { requestAnimationFrame, setTimeout } = window
  window.requestAnimationFrame = (callback) => (document.hasFocus() ? requestAnimationFrame(callback) : 0)
  const late = (handler: TimerHandler, ms = 0, ...args: unknown[]) =>
    setTimeout(handler, document.hasFocus() ? ms : Math.max(ms, 1_000), ...args)
  Object.assign(window, { setTimeout: late })
}

function countBadgesAndNotes(): void {
  let onIcon = -1
  let played = 0
  window.badge = () => onIcon
  window.notes = () => played
  navigator.setAppBadge = async (count = 0) => {
    onIcon = count
  }
  const { start } = OscillatorNode.prototype
  OscillatorNode.prototype.start = function (when) {
    played++
    start.call(this, when)
  }
}
