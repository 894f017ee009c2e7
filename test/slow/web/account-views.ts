/**
 * The views around accounts, and those of emoji and files, judged by axe-core in one visit: each in one look or the other,
 * in turn. AXE=all judges each in every look, and in those whose colours or sizes others have too.
 */
import { expect } from "bun:test"
import { temporaryFolder } from "../../support/folder.ts"
import { pngOf } from "../../support/pictures.ts"
import { startProcess } from "../../support/process.ts"
import { dress, keepPicture, settled, tooSmall, tooWide, violations } from "./accessibility.ts"
import { giveAuthenticator, openAccount, register } from "./accounts.ts"
import { browserTest, gone, screens, Visitor } from "./browser.ts"
import { paste } from "./files.ts"
import type { Edition } from "./server.ts"

interface Look {
  readonly size: keyof typeof screens
  readonly colorScheme: "light" | "dark"
  readonly forcedColors?: "active"
  readonly textScale?: number
}

const isAll = process.env["AXE"] === "all"

const looks: Readonly<Record<string, Look>> = {
  "on a phone, dark": { size: "phone", colorScheme: "dark" },
  "at 320 px, letters of 200 %": { size: "smallest", colorScheme: "light", textScale: 2 },
  ...(isAll && {
    "on a desktop, light": { size: "desktop", colorScheme: "light" },
    "on a desktop, dark": { size: "desktop", colorScheme: "dark" },
    "on a phone, light": { size: "phone", colorScheme: "light" },
    "in forced colours": { size: "desktop", colorScheme: "light", forcedColors: "active" },
  }),
}

export function accountViewTests({ name, command }: Edition): void {
  browserTest(
    `${name}: every view of accounts, emoji and files passes axe-core and can be aimed at`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "accounts" }
      await using server = await startProcess(environment, { command: await command() })
      const { url: setup } = server.summary["setupLink"] as { url: string }
      await using ann = await Visitor.open(setup.replace("127.0.0.1", "localhost"), { allowed: /40[0-9]/, ...phone })
      await giveAuthenticator(ann)
      const { page } = ann
      const button = (label: string | RegExp) => page.getByRole("button", { name: label, exact: true })
      const part = (label: string) => page.getByRole("radio", { name: label }).check()
      const close = () => page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click()

      // Until then there is the page's frame.
      await button("Create account").waitFor()
      await check(ann, "the first account")
      await button("Create account").click()
      await page.locator("[aria-invalid=true]").first().waitFor()
      await check(ann, "the first account, empty")
      await register(ann, "Ann", "Create account")
      await button("Create a link").click()
      const invite = await page.getByLabel("Address").inputValue()
      await check(ann, "inviting people")
      await page.keyboard.press("Escape")

      await using bob = await Visitor.open(invite, { allowed: /40[0-9]/, ...phone })
      await bob.page.getByRole("button", { name: "Join the team" }).waitFor()
      await check(bob, "an invitation")
      await register(bob, "Bob", "Join the team")
      await say(bob, "Here I am")
      await enterGeneral(ann)
      await ann.sees("Here I am")

      await button("Emoji").click()
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /tada|party/i })
        .first()
        .waitFor({ state: "attached" })
      await check(ann, "emoji")
      await page.keyboard.press("Escape")
      await ann.composer.focus()
      await paste(page, pngOf(1_200, 600), "garden.png")
      await page.getByRole("status").filter({ hasText: "1 of 1 file ready to send" }).waitFor()
      await check(ann, "a file that is to be sent")
      await say(ann, "Our garden")
      await page.locator(".row[data-seq] .file-picture img").waitFor()
      await check(ann, "files in a room")
      await page.locator(".row[data-seq] .file-picture img").click()
      await page.getByRole("dialog").locator("img").waitFor()
      await check(ann, "a picture, large")
      await page.keyboard.press("Escape")

      await button("Room details").last().click()
      await page.getByRole("button", { name: "Bob" }).waitFor()
      await check(ann, "members")
      // In a window that was wide meanwhile they are no longer over the room.
      if ((await page.getByRole("dialog").count()) === 0) await button("Room details").last().click()
      await button("Bob").click()
      await button("Message").waitFor()
      await check(ann, "a person")
      while ((await page.getByRole("dialog").count()) > 0) await close()
      await page.goBack()
      await openAccount(ann)
      await button("Add a passkey").click()
      await page.getByLabel("Name of the passkey").fill("Laptop")
      await page.keyboard.press("Enter")
      await page.getByRole("listitem").filter({ hasText: "Laptop" }).waitFor()
      await button("Show a QR code").click()
      const device = await page.getByLabel("Address").inputValue()
      await check(ann, "one's account")
      await button("Change password").click()
      await check(ann, "a new password")
      await close()
      // Where there was space for it, the last room was opened beside the list.
      const list = page.getByRole("link", { name: "Back to rooms" })
      if (await list.isVisible()) await list.click()
      await page.getByRole("button", { name: /Edit your profile/ }).click()
      await button("Administration").click()
      await page.getByRole("listitem").filter({ hasText: "bob" }).waitFor()
      await check(ann, "administration")
      await part("Invite links")
      await page.getByRole("listitem").filter({ hasText: "until" }).waitFor()
      await check(ann, "administration, invite links")
      await part("Server")
      await page.getByText("Running since").waitFor()
      await check(ann, "administration, the server")
      await part("Rooms")
      const general = page.getByRole("dialog").getByRole("link", { name: /^General/ })
      await general.waitFor()
      await check(ann, "administration, rooms")
      await general.click()
      await gone(page.getByRole("dialog"))
      await ann.composer.waitFor()

      await using other = await Visitor.open(device, { allowed: /40[0-9]/, ...phone })
      await other.page.getByRole("button", { name: /^Continue as/ }).waitFor()
      await check(other, "another device")
      await using stranger = await Visitor.open(server.url, { allowed: /40[0-9]/, ...phone })
      await stranger.page.getByLabel("Login").fill("ann")
      await stranger.page.getByLabel("Password").fill("not the password")
      await stranger.page.keyboard.press("Enter")
      await stranger.sees("This login and password don't match.")
      await check(stranger, "signing in, refused")
      expect(views).toBe(18)
    },
    // Each view in six looks takes its time.
    isAll ? 600_000 : 180_000,
  )
}

/** A finger aims in every look. */
const phone = { size: "phone", hasTouch: true, isMobile: true } as const

let views = 0

async function check(visitor: Visitor, view: string): Promise<void> {
  const { page } = visitor
  const all = Object.entries(looks)
  const turn = views++ % all.length
  for (const [look, { size, colorScheme, forcedColors, textScale = 1 }] of isAll ? all : all.slice(turn, turn + 1)) {
    await page.setViewportSize(screens[size])
    await page.emulateMedia({ colorScheme, forcedColors: forcedColors ?? "none" })
    await page.evaluate(dress, { textScale, direction: undefined })
    await page.evaluate(settled)
    await keepPicture(page, look, view)
    const found = [
      ...(await violations(visitor)),
      ...(await page.evaluate(tooWide)),
      ...(await page.evaluate(tooSmall)),
    ]
    expect(found, `${view}, ${look}`).toEqual([])
  }
  await page.setViewportSize(screens.phone)
  await page.evaluate(dress, { textScale: 1, direction: undefined })
}

/** From the list, which a phone may show first. */
async function enterGeneral({ page, composer }: Visitor): Promise<void> {
  const link = page.getByRole("link", { name: /^General/ })
  await composer.or(link).first().waitFor()
  if (!(await composer.isVisible())) await link.click()
  await composer.waitFor()
}

/** As a finger does: Enter begins a new line. */
async function say({ page, composer }: Visitor, text: string): Promise<void> {
  await composer.fill(text)
  await page.getByRole("button", { name: "Send", exact: true }).click()
}
