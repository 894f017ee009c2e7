/**
 * What people see most, judged by axe-core and to be looked at: a room that is empty, busy, has news or trouble, what
 * finds things, all about the room, and the question for notifications. SHOTS=folder keeps pictures on a phone, AXE=all
 * beside it in every size and colour.
 */
import { expect } from "bun:test"
import { connect, type TestClient } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"
import { keepPicture, settled, tooWide, violations } from "./accessibility.ts"
import { browserTest, Visitor, type VisitorOptions } from "./browser.ts"
import { type Edition, seedRoom } from "./server.ts"

const isAll = process.env["AXE"] === "all"
const finger = { hasTouch: true, isMobile: true } as const

const looks: Readonly<Record<string, VisitorOptions>> = {
  "phone, light": { size: "phone", colorScheme: "light", ...finger },
  ...(isAll && {
    "phone, dark": { size: "phone", colorScheme: "dark", ...finger },
    "desktop, light": { size: "desktop", colorScheme: "light" },
    "desktop, dark": { size: "desktop", colorScheme: "dark" },
  }),
}

const outage = /ERR_|WebSocket connection|403/

export function roomViewTests({ name, command }: Edition): void {
  for (const [look, options] of Object.entries(looks)) {
    const test = async () => {
      using folder = temporaryFolder()
      const empty = await seedRoom(folder.path, "Plans for the summer", [])
      const busy = await seedRoom(folder.path, "Launch", [])
      const quiet = await seedRoom(folder.path, "Design", ["The new mark is in the folder.", "I like the second one."])
      const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}`, RATE_LIMITS: "off" }
      await using server = await startProcess(environment, { command: await command() })
      const team = await gather(server.url, [busy, quiet])
      await using _all = team.stack
      await talk(team, busy)

      await using ann = await Visitor.open(`${server.url}/r/${empty}`, { ...options, locale: "en-GB", allowed: outage })
      const { page } = ann
      const isPhone = options.size === "phone"
      const button = (label: string | RegExp) => page.getByRole("button", { name: label, exact: true })
      const check = async (view: string) => {
        await page.evaluate(settled)
        await keepPicture(page, look, view)
        expect([...(await violations(ann)), ...(await page.evaluate(tooWide))], view).toEqual([])
      }
      await page.context().addInitScript(asNobodyAsked)
      await page.reload()
      await ann.comeIn("Ann Archer")
      await ann.sees(/No messages yet/)
      await check("empty")

      await page.goto(`${server.url}/r/${quiet}`)
      await ann.sees("I like the second one.")
      await page.goto(`${server.url}/r/${busy}`)
      await ann.sees("See you all at the table at six.")
      await page.locator(".prose pre .keyword").first().waitFor()
      team.bob.socket.emit("typing", { roomId: busy, userId: "bob", isTyping: true })
      await ann.sees("is typing")
      await check("busy")
      if (isPhone) await button("Room details").click()
      await ann.sees("Online · 4")
      await check("room panel")
      if (isPhone) await page.getByRole("dialog").getByRole("button", { name: "Close" }).click()

      await page.goto(`${server.url}/r/${empty}`)
      await ann.sees(/No messages yet/)
      for (let i = 0; i < 12; i++)
        await say(team.cleo, busy, "cleo", `Draft ${i + 1} of the announcement is up for review.`)
      await say(team.bob, quiet, "bob", "Could you look at the colours?")
      await page.waitForFunction(() => document.title.startsWith("(13) "))
      if (isPhone) await page.getByRole("link", { name: "Back to rooms" }).click()
      await check("unread, the list")
      await page.getByRole("link", { name: /^Launch/ }).click()
      await page.locator(".new").waitFor()
      await check("unread")

      await page.keyboard.press("Control+k")
      await page.getByRole("combobox").fill("la")
      await page.getByRole("option", { name: "Launch" }).waitFor()
      await check("jump dialog")
      await page.keyboard.press("Escape")
      if (isPhone) await button("Room details").click()
      await button("Search in this room").click()
      const words = page.getByRole("searchbox", { name: "Words to search for" })
      // The index may be behind: what is typed anew is searched for anew.
      await until("something is found", async () => {
        await words.fill("announcemen")
        await words.fill("announcement")
        const hit = page.locator(".hit mark").first()
        return hit.waitFor({ timeout: 5_000 }).then(
          () => true,
          () => false,
        )
      })
      await check("search dialog")
      await page.locator(".search-panel, .dialog.side").getByRole("button", { name: "Close" }).click()
      if (isPhone) await page.getByRole("link", { name: "Back to rooms" }).click()
      await button("Settings").click()
      await button("Turn on").waitFor()
      await check("notification permission")
      await page.keyboard.press("Escape")

      await page.goto(`${server.url}/r/${busy}`)
      await ann.sees("See you all at the table at six.")
      await server.stop("SIGKILL")
      await ann.sees("Can't reach the server.")
      await ann.composer.fill("I'll bring the lemonade.")
      await button("Send").click()
      await ann.sees("Waiting to send")
      await check("offline")

      const elsewhere = { ...environment, PUBLIC_URL: "https://chat.example.com" }
      await using _moved = await startProcess(elsewhere, { command: await command() })
      await page.locator(".connection-line").getByText("Not connected.").waitFor()
      await check("refused")
    }
    browserTest(`${name}: what people see most, ${look}, passes axe-core`, test)
  }
}

interface Team {
  readonly bob: TestClient
  readonly cleo: TestClient
  readonly dara: TestClient
  readonly stack: AsyncDisposableStack
}

async function gather(url: string, rooms: readonly string[]): Promise<Team> {
  const stack = new AsyncDisposableStack()
  const come = async (userId: string, username: string) => {
    const client = stack.use(await connect(url))
    for (const roomId of rooms) await client.ask("join_room", { roomId, userId, username })
    return client
  }
  const [bob, cleo, dara] = [
    await come("bob", "Bob Baker"),
    await come("cleo", "Cleo"),
    await come("dara", "Dr. Dara-Lynn O'Shaughnessy of Support"),
  ]
  return { bob, cleo, dara, stack }
}

async function say(client: TestClient, roomId: string, userId: string, content: string, more: object = {}) {
  const sent = await client.ask("send_message", { roomId, userId, content, ...more })
  if (!sent.ok) throw new Error(sent.error.message)
  return sent.message.id
}

/** A morning of a small team, with everything that a message can have. */
async function talk({ bob, cleo, dara }: Team, roomId: string): Promise<void> {
  const first = await say(bob, roomId, "bob", "Good morning! **Today we launch.** Who looks after what?")
  await say(
    cleo,
    roomId,
    "cleo",
    "I take the announcement:\n- the text, by ten\n- the picture, by noon\n- https://example.com/launch",
  )
  await say(cleo, roomId, "cleo", "Anything else?")
  const plan = await say(dara, roomId, "dara", "The support desk is _ready_. We answer from 9 to 18.", {
    replyTo: first,
  })
  for (const [client, userId, emoji] of [
    [bob, "bob", "👍"],
    [cleo, "cleo", "👍"],
    [cleo, "cleo", "🎉"],
  ] as const) {
    await client.ask("react", { roomId, userId, id: plan, emoji, isOn: true })
  }
  await say(
    bob,
    roomId,
    "bob",
    "This is how to try it:\n```sh\nfor port in 3000 3001; do curl -s localhost:$port/healthz; done\n```",
  )
  await say(
    cleo,
    roomId,
    "cleo",
    "> We answer from 9 to 18.\n\nThat's `9:00`–`18:00` in Lisbon, so everyone is covered.",
  )
  await say(dara, roomId, "dara", "🎉")
  await say(bob, roomId, "bob", "See you all at the table at six.")
}

/** A browser without a window answers for the person: here nobody was asked yet. */
function asNobodyAsked(): void {
  Object.defineProperty(Notification, "permission", { get: () => "default" })
}
