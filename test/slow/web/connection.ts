/** The state of the connection is what it truly is, and a way around what is in the way is found. */
import { expect } from "bun:test"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"
import { browserTest, gone, screens, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"
import { lineTo } from "./weather.ts"

const refused = /403|WebSocket connection/
const outage = /ERR_|WebSocket connection/

export function connectionTests({ name, command }: Edition): void {
  browserTest(`${name}: [AUTH3] at a wrong address it says which setting keeps it out, and stops asking`, async () => {
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, PUBLIC_URL: "https://chat.example.com" }
    await using server = await startProcess(environment, { command: await command() })
    await using ann = await Visitor.open(server.url, { allowed: refused })
    await ann.sees(/Not connected.*PUBLIC_URL/)
    await ann.page.clock.install()
    await ann.page.reload()
    await ann.comeIn("Ann")
    await ann.page.getByRole("button", { name: "Try again" }).waitFor()
    await ann.sees(/Not connected.*PUBLIC_URL/)
    // What the name set off may still be under way.
    for (let i = 0; i < 10 && (await countedFor(ann, 500)) > 0; i++);
    await ann.page.clock.fastForward(60_000)
    expect(await countedFor(ann, 500)).toBe(0)
    await ann.page.getByRole("button", { name: "Try again" }).click()
    await ann.sees(/Not connected.*PUBLIC_URL/)
    // In the reader's language; the setting's name is for whoever runs the server.
    await using eva = await Visitor.open(server.url, { allowed: refused, locale: "de-DE" })
    await eva.sees(/Nicht verbunden\..*nicht für diese Adresse eingerichtet\..*PUBLIC_URL/)
    expect(await eva.page.locator(".connection-line [lang=en]").textContent()).toContain("PUBLIC_URL")
  })

  browserTest(
    `${name}: where websocket handshakes are swallowed it polls after 5 s, and says nothing untrue`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      using line = lineTo(server.url, { swallowsWebsockets: true })
      await using ann = await Visitor.open(line.url, { allowed: /WebSocket connection/ })
      await ann.page.clock.install()
      await ann.page.reload()
      const swallowed = line.swallowed
      await ann.page.evaluate(watchForTrouble)
      await ann.comeIn("Ann")
      await until("a handshake is swallowed", () => line.swallowed > swallowed)
      await ann.page.clock.fastForward(5_000)
      await ann.sees("1 online")
      await ann.say("by polling")
      await ann.page.locator(".row[data-seq]", { hasText: "by polling" }).waitFor()
      expect(await ann.page.evaluate(() => document.body.dataset["trouble"])).toBeUndefined()
    },
  )

  browserTest(`${name}: a dialog that cannot be loaded says so, and comes as soon as it can be`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { allowed: outage })
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.say("Hello")
    await page.locator(".row[data-seq]").hover()
    const react = page.getByRole("toolbar").getByRole("button", { name: "Add a reaction" })
    await react.waitFor()
    await page.route("**/*.js", (route) => route.abort("connectionfailed"))
    await react.click()
    const waiting = page.getByRole("dialog", { name: /^Loading/ })
    await waiting.waitFor()
    await page.keyboard.press("Escape")
    await gone(waiting)
    await page.locator(".row[data-seq]").hover()
    await react.click()
    await waiting.waitFor()
    await page.unroute("**/*.js")
    await page.getByRole("searchbox", { name: "Search emoji" }).waitFor()
    expect(await waiting.count()).toBe(0)
  })

  browserTest(`${name}: a server that is down is not called one's own network, and the other way round`, async () => {
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}` }
    const first = await startProcess(environment, { command: await command() })
    await using ann = await Visitor.open(first.url, { allowed: outage })
    await ann.comeIn("Ann")
    await ann.sees("1 online")
    await first.stop("SIGKILL")
    await ann.sees("Can't reach the server.")
    // Nobody is said to be online, and the room's name is in the middle of its line.
    await ann.page.waitForFunction(() => {
      const [name, sign] = ["h1", ".avatar"].map((part) => document.querySelector(`.room-header ${part}`))
      const middleOf = (element?: Element | null) => {
        const { top = Number.NaN, bottom = Number.NaN } = element?.getBoundingClientRect() ?? {}
        return (top + bottom) / 2
      }
      return Math.abs(middleOf(name) - middleOf(sign)) < 1
    })
    await ann.page.context().setOffline(true)
    await ann.sees("You're offline.")
    await ann.page.context().setOffline(false)
    await ann.sees("Can't reach the server.")
    await using _second = await startProcess(environment, { command: await command() })
    await ann.page.locator(".connection-line.online").waitFor({ state: "attached" })
    await ann.sees("1 online")
  })

  browserTest(`${name}: on a phone the list of rooms has a line for what is wrong with the connection`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { size: "phone", allowed: outage })
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.sees("1 online")
    await page.getByRole("link", { name: "Back to rooms" }).click()
    await page.locator(".me-button").waitFor()
    await page.context().setOffline(true)
    await ann.sees("You're offline.")
    const widths = await Promise.all(
      [".me", ".me .connection-line", ".me-button"].map(
        async (part) => (await page.locator(part).boundingBox())!.width,
      ),
    )
    expect(Math.min(...widths)).toBeGreaterThan(0.75 * screens.phone.width)
  })

  browserTest(`${name}: [LEAVE2] losing the network for 5 s is nobody's news`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    using line = lineTo(server.url)
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.page.clock.install()
    await ann.page.reload()
    await ann.sees("1 online")
    await using bob = await Visitor.open(line.url, { allowed: outage })
    await bob.comeIn("Bob")
    await ann.sees("2 online")
    line.cut()
    await ann.sees("1 online")
    await ann.page.clock.fastForward(5_000)
    line.mend()
    await ann.sees("2 online")
    await bob.say("back")
    await ann.sees("back")
    const notices = await ann.page.locator(".notice").allTextContents()
    expect(notices.join().replaceAll(/[\u2068\u2069]/g, "")).toBe("Bob joined")
  })
}

/** Requests and websockets to the server's Socket.IO in this time. */
async function countedFor({ page }: Visitor, ms: number): Promise<number> {
  let requests = 0
  const count = (what: { url(): string }) => {
    if (what.url().includes("/socket.io/")) requests++
  }
  page.on("request", count)
  page.on("websocket", count)
  await page.waitForTimeout(ms)
  page.off("request", count)
  page.off("websocket", count)
  return requests
}

/** Marks the page if it ever says that something is wrong. */
function watchForTrouble(): void {
  new MutationObserver(() => {
    if (document.querySelector(".strip-text b") !== null) document.body.dataset["trouble"] = "said"
  }).observe(document.body, { childList: true, subtree: true })
}
