/** Every view, light and dark, on a desktop and a phone, judged by axe-core. */
import { expect } from "bun:test"
import axe from "axe-core"
import { joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, Visitor } from "./browser.ts"
import { type Edition, seedRoom } from "./server.ts"

const schemes = ["light", "dark"] as const
const sizes = ["desktop", "phone"] as const
const outage = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection/

export function accessibilityTests({ name, command }: Edition): void {
  for (const size of sizes) {
    for (const colorScheme of schemes) {
      browserTest(
        `${name}: every view on a ${size}, ${colorScheme}, passes axe-core`,
        async () => {
          using folder = temporaryFolder()
          const roomId = await seedRoom(folder.path, "Archive", talk)
          await seedRoom(folder.path, "Another", [])
          await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
          await using bob = await joined(server.url, { id: roomId, name: "", createdAt: "" }, "bob")
          await using visitor = await Visitor.open(server.url, { size, colorScheme, allowed: outage })
          const { page } = visitor
          const views: string[] = []
          const check = async (view: string) => {
            // A transition in mid-air has colours that are in no design.
            await page.evaluate(settled)
            expect(await violations(visitor), view).toEqual([])
            views.push(view)
          }
          const button = (label: string) => page.getByRole("button", { name: label, exact: true })

          const close = () => page.getByRole("dialog").getByRole("button", { name: "Close" }).click()

          await check("welcome")
          await page.keyboard.press("Enter")
          await visitor.sees("Enter a name.")
          await check("welcome, without a name")
          await visitor.comeIn("Ann")
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
          await visitor.say("a bell: \u0007")
          await visitor.sees("Not sent.")
          await check("a refused message")
          await visitor.composer.fill("x".repeat(4_001))
          await check("a message that is too long")
          await visitor.composer.fill("")
          if (size === "phone") await button("Room details").click()
          await visitor.sees("Online · 2")
          await check("all about the room")
          await button("Leave room").click()
          await page.getByRole("dialog", { name: "Leave this room?" }).waitFor()
          await check("leaving a room")
          await page.keyboard.press("Escape")
          if (size === "phone") await close()
          await button("Send a picture").click()
          await check("a picture")
          await close()
          await server.stop("SIGKILL")
          await visitor.sees("Can't reach the server.")
          await visitor.say("written offline")
          await visitor.sees("Waiting to send")
          await check("a room, offline")

          const { port } = new URL(server.url)
          await using _second = await startProcess({ DATA_DIR: folder.path, PORT: port }, { command: await command() })
          await page.locator(".row.waiting").waitFor({ state: "detached" })
          await page.evaluate(() => {
            history.pushState(null, "", "/r/nowhere")
            dispatchEvent(new PopStateEvent("popstate"))
          })
          await visitor.sees("Room not found")
          await check("no such room")
          expect(views.length).toBe(18)
        },
        60_000,
      )
    }
  }
}

const talk = [
  ...Array.from({ length: 12 }, (_, i) => `line ${i} of what was said`),
  "With a link: https://example.com/ and more",
  "🎉",
  "שלום לכולם",
  "the last one",
]

/** Resolves when what moves has come to rest, but for what never does. What is cut short has come to rest, too. */
async function settled(): Promise<void> {
  const passing = () =>
    document
      .getAnimations()
      .filter(({ effect, playState }) => playState === "running" && effect?.getTiming().iterations !== Infinity)
  for (let moving = passing(); moving.length > 0; moving = passing()) {
    await Promise.allSettled(moving.map(({ finished }) => finished))
  }
}

async function violations(visitor: Visitor): Promise<string[]> {
  const found = await visitor.page.evaluate(`${axe.source}; axe.run({ resultTypes: ["violations"] })`)
  return (found as axe.AxeResults).violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
  )
}
