/** Two things at once: what somebody is in the middle of when much comes, a room ends, or the server is away. */
import { expect } from "bun:test"
import type { WebSocketRoute } from "playwright-core"
import { connect, type TestClient } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { pngOf } from "../../support/pictures.ts"
import { startProcess } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"
import { until } from "../../support/until.ts"
import { joinElsewhere, openAccount, password } from "./accounts.ts"
import { browserTest, gone, screens, Visitor, type VisitorOptions } from "./browser.ts"
import { paste, takesFiles } from "./files.ts"
import { rest } from "./gestures.ts"
import { silence } from "./pictures.ts"
import { type Edition, seedRoom } from "./server.ts"

const outage = /ERR_|40[0-9]/

export function meanwhileTests(edition: Edition): void {
  comingTests(edition)
  endingTests(edition)
  authorTests(edition)
  narrowTests(edition)
  unansweredTests(edition)
  questionTests(edition)
}

/** Much comes. */
function comingTests({ name, command }: Edition): void {
  browserTest(`${name}: what is being edited stays under the hands, however much comes`, async () => {
    await using team = await gather(await command())
    const { ann, bob } = team
    await ann.say("See you at five")
    await ann.page.locator(".row[data-seq]", { hasText: "See you at five" }).waitFor()
    await ann.composer.press("ArrowUp")
    const box = ann.page.getByRole("textbox", { name: "Edit message" })
    await box.and(ann.page.locator(":focus")).waitFor()
    await talk(bob, team.roomId, 60)
    // What came is below, and a click away.
    await ann.page.getByRole("button", { name: "60 new" }).waitFor()
    expect(await box.evaluate(isInView)).toBe(true)
    await ann.page.keyboard.type(", or at six")
    await ann.page.keyboard.press("Enter")
    await ann.page.locator(".row[data-seq]", { hasText: "See you at five, or at six" }).waitFor()
    await bob.until(() => bob.payloads("message_updated").length === 1)
    expect(bob.payloads("message_updated")[0].content).toBe("See you at five, or at six")
    expect(bob.payloads("message_received").filter(({ userId }) => userId === "ann")).toHaveLength(1)
  })

  browserTest(`${name}: nothing covers what is edited at the lower edge of the list`, async () => {
    await using team = await gather(await command())
    const { page, composer } = team.ann
    await page.setViewportSize(screens.phone)
    await team.ann.say("See you at five")
    await page.locator(".row[data-seq]", { hasText: "See you at five" }).waitFor()
    await talk(team.bob, team.roomId, 1)
    await team.ann.sees("line 1")
    await page.locator(".scroller").evaluate((list) => list.scrollBy(0, -30))
    await page.getByRole("button", { name: "Jump to latest" }).waitFor()
    await composer.press("ArrowUp")
    const box = page.locator(".edit-box")
    await box.waitFor()
    await rest(team.ann)
    expect(await box.evaluate(isOnTop)).toBe(true)
  })

  browserTest(`${name}: a recording plays on while much comes, until it is stopped`, async () => {
    await using team = await gather(await command())
    const { ann, bob } = team
    const { page } = ann
    await takesFiles(page)
    await paste(page, silence(300), "call.wav", "audio/wav")
    await page.getByRole("status").filter({ hasText: "1 of 1 file ready to send" }).waitFor()
    await page.keyboard.press("Enter")
    const sound = page.locator('audio[aria-label="call.wav"]')
    const inRow = page.locator(".row[data-seq]").locator(sound)
    await inRow.evaluate((element: HTMLAudioElement) => {
      element.muted = true
      return element.play()
    })
    const playsOn = () => sound.evaluate(isPlayingOn)
    await talk(bob, team.roomId, 80)
    await page.locator(".row", { hasText: "line 80" }).waitFor()
    await page.locator(".playing").locator(sound).waitFor()
    expect([await inRow.count(), await sound.count(), await playsOn()]).toEqual([0, 1, true])
    await until("its row is there", async () => {
      await page.locator(".scroller").evaluate((element) => element.scrollBy(0, -300))
      return (await inRow.count()) > 0
    })
    expect([await sound.count(), await playsOn()]).toEqual([1, true])
    expect(await page.locator(".playing").isVisible()).toBe(false)

    await page.locator(".scroller").press("End")
    await page.locator(".playing").getByRole("button", { name: "Close" }).click()
    await gone(sound)
  })

  browserTest(`${name}: a picture that is looked at stays while much comes, and goes with its message`, async () => {
    await using team = await gather(await command())
    const { ann, bob } = team
    const { page } = ann
    await takesFiles(page)
    await paste(page, pngOf(600, 400))
    await page.getByRole("status").filter({ hasText: "1 of 1 file ready to send" }).waitFor()
    await page.keyboard.press("Enter")
    await page.locator(".row[data-seq] .file-picture").click()
    const viewer = page.locator("dialog.viewer")
    await viewer.waitFor()
    await talk(bob, team.roomId, 80)
    await page.locator(".row", { hasText: "line 80" }).waitFor()
    await gone(page.locator(".row[data-seq] .file-picture"))
    expect(await viewer.getByRole("img").count()).toBe(1)

    await using elsewhere = await connect(team.url, ["websocket"], { auth: { token: await tokenFor("ann", "Ann") } })
    await elsewhere.ask("join_room", { roomId: team.roomId, userId: "ann" })
    const [sent] = bob.payloads("message_received")
    await elsewhere.ask("delete_message", { roomId: team.roomId, userId: "ann", id: sent.id })
    await gone(viewer)
  })

  browserTest(`${name}: who hears the page is told the name of a file, and not its address`, async () => {
    await using team = await gather(await command())
    const { ann, bob } = team
    const bytes = new TextEncoder().encode("the plan")
    const headers = { Authorization: `Bearer ${await tokenFor("bob", "Bob")}` }
    const response = await fetch(`${team.url}/files?name=plan.txt`, { method: "POST", headers, body: bytes })
    const { file } = (await response.json()) as { file: { id: string } }
    await bob.ask("send_message", { roomId: team.roomId, userId: "bob", content: "", files: [file.id] })
    await ann.page.getByRole("log").getByText("\u2068Bob\u2069: plan.txt", { exact: true }).waitFor()
  })
}

/** A room ends for somebody who is in the middle of something. */
function endingTests({ name, command }: Edition): void {
  browserTest(
    `${name}: [MEM4] who is removed while writing keeps what they wrote, and no dialog about the room`,
    async () => {
      await using team = await gather(await command(), { isOwnRoom: true })
      const { ann, bob, roomId } = team
      const { page } = ann
      await talk(bob, roomId, 1)
      await ann.sees("line 1")
      await ann.composer.fill("Half of a long thought")
      await page.getByRole("button", { name: "Add people" }).click()
      await page.getByRole("dialog", { name: "Add people" }).waitFor()
      await bob.ask("remove_member", { roomId, userId: "bob", targetId: "ann" })
      await page.getByRole("alert").getByRole("heading", { name: "You can't enter this room" }).waitFor()
      await gone(page.getByRole("dialog"))
      await page.getByRole("heading", { name: "1 message wasn't sent" }).waitFor()
      await page.getByRole("listitem").getByText("Half of a long thought").waitFor()
      // It waits there, wherever one looks meanwhile.
      await page.getByRole("button", { name: "Back to rooms" }).click()
      await page.getByRole("heading", { name: "Launch", level: 1 }).waitFor()
      await page.getByRole("link", { name: /^Plans.*Draft: Half of/ }).click()
      await page.getByRole("button", { name: "Remove" }).click()
      await gone(page.getByRole("heading", { name: /wasn't sent/ }))
      await page.getByRole("button", { name: "Back to rooms" }).click()
      await gone(page.locator(".room-link.own", { hasText: "Plans" }))
    },
  )

  browserTest(`${name}: the card of somebody who left goes, and does not come back with them`, async () => {
    await using team = await gather(await command(), { isOwnRoom: true })
    const { ann, bob, roomId } = team
    const card = ann.page.getByRole("dialog", { name: "Bob" })
    await ann.page.locator(".panel").getByRole("button", { name: "Bob" }).click()
    await card.waitFor()
    await bob.ask("leave_room", { roomId, userId: "bob", forGood: true })
    await using cleo = await connect(team.url, ["websocket"], { auth: { token: await tokenFor("cleo", "Cleo") } })
    await cleo.ask("join_room", { roomId, userId: "cleo", username: "Cleo" })
    await gone(card)
    await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
    await ann.page.locator(".panel").getByRole("button", { name: "Bob" }).waitFor()
    expect(await ann.page.locator("dialog[open]").count()).toBe(0)
  })
}

/** People are where their messages are. */
function authorTests({ name, command }: Edition): void {
  browserTest(`${name}: whoever wrote a message is shown by a click on their name, and by the keyboard`, async () => {
    await using team = await gather(await command(), { isOwnRoom: true })
    const { ann, bob, roomId } = team
    const { page } = ann
    const card = page.getByRole("dialog", { name: "Bob" })
    await talk(bob, roomId, 1)
    await page.locator(".panel").getByRole("button", { name: "Bob" }).waitFor()
    await page.locator(".author", { hasText: "Bob" }).click()
    await card.getByRole("button", { name: "Message", exact: true }).waitFor()
    await page.keyboard.press("Escape")
    await gone(card)
    await page.locator(".row[data-seq] .message").last().press("Enter")
    await page.getByRole("button", { name: "View profile" }).click()
    await card.waitFor()
    await page.keyboard.press("Escape")
    await gone(card)
    // Whoever is no member any more has none.
    await bob.ask("leave_room", { roomId, userId: "bob", forGood: true })
    await gone(page.locator(".panel").getByRole("button", { name: "Bob" }))
    await page.locator(".row[data-seq] .message").last().press("Enter")
    await page.getByRole("dialog").getByRole("button", { name: "Reply" }).waitFor()
    expect(await page.getByRole("button", { name: "View profile" }).count()).toBe(0)
  })
}

/** Names in a narrow window, as with large letters. */
function narrowTests({ name, command }: Edition): void {
  browserTest(`${name}: in a narrow window people who can be added have a name, and a button`, async () => {
    await using team = await gather(await command(), { isOwnRoom: true })
    const { page } = team.ann
    const namesakes = await Promise.all(
      ["maria-1", "maria-2"].map(async (sub) =>
        connect(team.url, ["websocket"], { auth: { token: await tokenFor(sub, "Mariana") } }),
      ),
    )
    for (const client of namesakes) expect(await client.ask("my_rooms", {})).toMatchObject({ ok: true })
    await page.setViewportSize({ width: 260, height: 568 })
    await page.locator(".room-header").getByRole("button", { name: "Room details" }).last().click()
    await page.getByRole("button", { name: "Add people" }).click()
    const dialog = page.getByRole("dialog", { name: "Add people" })
    const people = dialog.locator(".member", { hasText: "Mariana" })
    await until("both are there", async () => (await people.count()) === 2)
    for (const person of await people.all()) {
      expect(await person.locator(".name").first().evaluate(isCut)).toBe(false)
      const { x, width } = (await person.getByRole("button").boundingBox())!
      expect(x + width).toBeLessThanOrEqual(260)
    }
    for (const client of namesakes) await client[Symbol.asyncDispose]()
  })
}

/** The server does not hear what one asks for, or its answer is lost. */
function unansweredTests({ name, command }: Edition): void {
  browserTest(`${name}: [ROOM4] a room whose answer was lost is asked for again, and there is one`, async () => {
    await using team = await gather(await command(), { waits: true })
    const { ann, bob, url } = team
    let isArmed = false
    await ann.page.routeWebSocket(/socket\.io/, (socket: WebSocketRoute) => {
      const server = socket.connectToServer()
      let asked: string | undefined
      socket.onMessage((message) => {
        if (isArmed) asked ??= /^42(\d+)\["create_room"/.exec(`${message}`)?.[1]
        server.send(message)
      })
      server.onMessage((message) => {
        if (asked === undefined || !`${message}`.startsWith(`43${asked}[`)) return socket.send(message)
        isArmed = false
        void socket.close()
        void server.close()
      })
    })
    await ann.page.goto(`${url}/r/${team.roomId}#token=${await tokenFor("ann", "Ann")}`)
    await ann.composer.waitFor()
    await ann.page.getByRole("button", { name: "New room" }).click()
    await ann.page.getByLabel("Name", { exact: true }).fill("Garden")
    isArmed = true
    await ann.page.keyboard.press("Enter")
    await ann.page.getByRole("alert").filter({ hasText: "The connection was lost." }).waitFor()
    await ann.page.locator(".connection.online").waitFor()
    await ann.page.keyboard.press("Enter")
    await ann.page.getByRole("heading", { name: "Garden", level: 1 }).waitFor()
    const listed = await bob.ask("list_rooms", { query: "Garden" })
    expect(listed.ok && listed.rooms.map((room) => room.name)).toEqual(["Garden"])
  })

  browserTest(`${name}: what the server did not hear is not taken for done`, async () => {
    await using team = await gather(await command(), { isOwnRoom: true, allowed: outage })
    const { page } = team.ann
    await page.locator(".panel").getByRole("button", { name: "Bob" }).waitFor()
    // What the server keeps of the room is known by then.
    await page.locator(".panel input:checked").waitFor({ state: "attached" })
    await page.context().setOffline(true)
    await team.ann.sees("You're offline.")
    const lost = page.getByRole("alert").filter({ hasText: "The connection was lost." })

    await page.locator(".panel label", { hasText: "Muted" }).click()
    await lost.waitFor()
    expect(await page.getByRole("radio", { name: "Mentions" }).isChecked()).toBe(true)

    const dialog = page.getByRole("dialog")
    await page.getByRole("button", { name: "Leave room" }).click()
    await dialog.getByRole("button", { name: "Leave", exact: true }).click()
    await dialog.and(page.locator(":has([role=alert])")).waitFor()
    await page.keyboard.press("Escape")
    await gone(dialog)

    await page.keyboard.press("Control+k")
    await page.getByRole("combobox").fill("Bob")
    await page.getByRole("option", { name: /^Bob/ }).click()
    await dialog.getByRole("alert").filter({ hasText: "The connection was lost." }).waitFor()
    await page.context().setOffline(false)
    await page.locator(".connection.online").waitFor()
    await page.getByRole("option", { name: /^Bob/ }).click()
    await page.getByRole("heading", { name: "Bob", level: 1 }).waitFor()
  })

  browserTest(
    `${name}: [ACC3] who signs out while the server is away is told, and leaves no search for the next`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "accounts" }
      await using server = await startProcess(environment, { command: await command() })
      const { url: setup } = server.summary["setupLink"] as { url: string }
      await joinElsewhere(server.url, setup, "Ann")
      await using ann = await Visitor.open(server.url, { allowed: outage })
      const { page } = ann
      const signIn = async () => {
        await page.getByLabel("Login").fill("ann")
        await page.getByLabel("Password").fill(password)
        await page.keyboard.press("Enter")
        await ann.composer.waitFor()
      }
      await signIn()
      await page.keyboard.press("Control+k")
      await page.getByRole("combobox").fill("a secret")
      await page.getByRole("option", { name: /^Search messages for/ }).click()
      await page.getByRole("searchbox", { name: "Words to search for" }).waitFor()

      await openAccount(ann)
      const signOut = page.locator(".dialog .buttons", { hasText: "Sign out" }).getByRole("button")
      await page.route("**/api/sign-out", (route) => route.abort())
      await signOut.click()
      await page.getByRole("dialog").getByRole("alert").filter({ hasText: "The connection was lost." }).waitFor()
      await page.unroute("**/api/sign-out")
      await signOut.click()
      await page.getByRole("heading", { name: "Sign in" }).waitFor()
      await signIn()
      expect(await page.getByRole("searchbox", { name: "Words to search for" }).count()).toBe(0)
    },
  )
}

/** What cannot be undone is not done by the way. */
function questionTests({ name, command }: Edition): void {
  browserTest(`${name}: [ROOM5] a double click deletes no room`, async () => {
    await using team = await gather(await command(), { isOwnRoom: true, byAnn: true })
    const { ann, bob, roomId } = team
    await ann.page.getByRole("button", { name: "Edit room" }).click()
    await ann.page.getByRole("button", { name: "Delete room" }).dblclick()
    const sure = ann.page.getByRole("button", { name: "Delete for everyone" })
    await sure.waitFor()
    expect((await bob.ask("get_room", { roomId, userId: "bob" })).ok).toBe(true)
    await sure.click()
    await gone(ann.page.getByRole("dialog"))
    expect((await bob.ask("get_room", { roomId, userId: "bob" })).ok).toBe(false)
  })

  browserTest(`${name}: whoever leaves the page with files attached and not sent is asked first`, async () => {
    await using team = await gather(await command(), { allowed: /^dialog: $/ })
    const { page } = team.ann
    await takesFiles(page)
    await paste(page, pngOf(60, 40))
    await page.getByRole("status").filter({ hasText: "1 of 1 file ready to send" }).waitFor()
    const asked = page.waitForEvent("dialog")
    await page.close({ runBeforeUnload: true })
    expect((await asked).type()).toBe("beforeunload")
    await page.getByRole("button", { name: /^Remove/ }).click()
    await gone(page.locator(".tray .upload"))
    await Promise.all([page.waitForEvent("close"), page.close({ runBeforeUnload: true })])
  })

  browserTest(
    `${name}: [ROOM8] what is chosen for a room holds once it is saved, and takes back nobody's change`,
    async () => {
      await using team = await gather(await command(), { isOwnRoom: true, byAnn: true })
      const { ann, bob, roomId } = team
      const keptDays = async () => {
        const answer = await bob.ask("get_room", { roomId, userId: "bob" })
        return answer.ok ? answer.room.keepDays : undefined
      }
      await ann.page.getByRole("button", { name: "Edit room" }).click()
      const keep = ann.page.getByLabel("Keep messages")
      await keep.and(ann.page.locator(":enabled")).selectOption("7")
      await ann.page.keyboard.press("Escape")
      await gone(keep)
      expect(await keptDays()).toBeUndefined()

      await ann.page.getByRole("button", { name: "Edit room" }).click()
      await keep.and(ann.page.locator(":enabled")).selectOption("90")
      await ann.page.getByLabel("Topic").fill("What we do next")
      // A moderator renames it meanwhile.
      await using elsewhere = await connect(team.url, ["websocket"], { auth: { token: await tokenFor("ann", "Ann") } })
      await elsewhere.ask("update_room", { roomId, userId: "ann", name: "Bold plans" })
      await ann.page.getByRole("button", { name: "Save" }).click()
      await gone(ann.page.getByRole("dialog"))
      await ann.page.getByRole("heading", { name: "Bold plans", level: 1 }).waitFor()
      await ann.page.locator(".heading").getByText("What we do next").waitFor()
      expect(await keptDays()).toBe(90)
    },
  )

  browserTest(`${name}: [ACC6] what comes of an act on somebody's account is told beside them`, async () => {
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, AUTH: "accounts" }
    await using server = await startProcess(environment, { command: await command() })
    const { url: setup } = server.summary["setupLink"] as { url: string }
    await using admin = await connect(server.url, ["websocket"], {
      auth: { token: await joinElsewhere(server.url, setup, "Ann") },
    })
    const invite = await admin.ask("create_invite", {})
    const link = invite.ok ? invite.invite.url : ""
    const names = Array.from({ length: 8 }, (_, index) => `Person${index + 1}`)
    for (const username of names) await joinElsewhere(server.url, link, username)
    await using ann = await Visitor.open(server.url, { allowed: outage })
    const { page } = ann
    await page.getByLabel("Login").fill("ann")
    await page.getByLabel("Password").fill(password)
    await page.keyboard.press("Enter")
    await ann.composer.waitFor()
    await page.getByRole("button", { name: /Edit your profile/ }).click()
    await page.getByRole("button", { name: "Administration" }).click()
    const last = page.getByRole("listitem").filter({ hasText: "Person8" })
    await last.getByRole("button", { name: "Reset password" }).click()
    const address = last.getByLabel("Address")
    await address.and(page.locator(":focus")).waitFor()
    expect(await address.evaluate(isInView)).toBe(true)
    await last.getByRole("button", { name: "Close account" }).click()
    await last.getByRole("button", { name: "Reopen account" }).waitFor()
    expect(await address.count()).toBe(0)
    await last.getByRole("button", { name: "Reset password" }).click()
    await last.getByRole("alert").filter({ hasText: "only for an open account" }).waitFor()
  })
}

interface Team extends AsyncDisposable {
  readonly url: string
  readonly roomId: string
  /** In the page, in the room. */
  readonly ann: Visitor
  readonly bob: TestClient
}

interface TeamOptions extends Pick<VisitorOptions, "allowed"> {
  /** In the place of a room that has a past: Bob's, or Ann's. */
  readonly isOwnRoom?: boolean
  readonly byAnn?: boolean
  /** Ann does not come yet. */
  readonly waits?: boolean
}

const tokenFor = (sub: string, name: string) => tokenOf({ sub, name })

async function gather(command: readonly string[], options: TeamOptions = {}): Promise<Team> {
  const { isOwnRoom = false, byAnn = false, waits = false, allowed } = options
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(temporaryFolder())
  const past = await seedRoom(
    folder.path,
    "Launch",
    Array.from({ length: 20 }, (_, index) => `before ${index + 1}`),
  )
  const environment = { DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret, RATE_LIMITS: "off" }
  const server = stack.use(await startProcess(environment, { command }))
  const come = async (sub: string, name: string) =>
    stack.use(await connect(server.url, ["websocket"], { auth: { token: await tokenFor(sub, name) } }))
  const bob = await come("bob", "Bob")
  await bob.ask("my_rooms", { userId: "bob" })
  let roomId = past
  if (isOwnRoom) {
    const other = await come("ann", "Ann")
    const owner = byAnn ? other : bob
    const made = await owner.ask("create_room", { userId: byAnn ? "ann" : "bob", name: "Plans", visibility: "public" })
    if (!made.ok) throw new Error(made.error.message)
    roomId = made.room.id
    for (const [client, userId, username] of [
      [other, "ann", "Ann"],
      [bob, "bob", "Bob"],
    ] as const)
      await client.ask("join_room", { roomId, userId, username })
    other.socket.disconnect()
  } else await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
  const address = waits ? "about:blank" : `${server.url}/r/${roomId}#token=${await tokenFor("ann", "Ann")}`
  const ann = stack.use(await Visitor.open(address, allowed === undefined ? {} : { allowed }))
  if (!waits) await ann.composer.waitFor()
  const kept = stack.move()
  return { url: server.url, roomId, ann, bob, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

async function talk(client: TestClient, roomId: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const sent = await client.ask("send_message", { roomId, userId: "bob", content: `line ${n}` })
    expect(sent.ok).toBe(true)
  }
}

/** Wherever one looks at it. */
function isOnTop(element: Element): boolean {
  const { x, y, width, height } = element.getBoundingClientRect()
  const parts = Array.from({ length: 20 }, (_, i) => (i + 0.5) / 20)
  const at = (right: number, down: number) => document.elementFromPoint(x + width * right, y + height * down)
  return parts.every((down) => parts.every((right) => element.contains(at(right, down))))
}

async function isPlayingOn(sound: HTMLAudioElement): Promise<boolean> {
  const begun = sound.currentTime
  while (!sound.paused && sound.currentTime === begun) await new Promise(requestAnimationFrame)
  return !sound.paused
}

function isCut(element: Element): boolean {
  return element.scrollWidth > element.clientWidth
}

function isInView(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect()
  const frame = element.closest(".scroller, dialog")?.getBoundingClientRect()
  return frame !== undefined && top >= frame.top - 1 && bottom <= frame.bottom + 1
}
