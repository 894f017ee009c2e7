/** Messages that wait with their files while much happens: another tab, a database that is closed, a refusal, a removal, a sign-out. */
import { expect } from "bun:test"
import type { Page } from "playwright-core"
import { connect, joined } from "../../support/client.ts"
import { noise } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"
import { violations } from "./accessibility.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import { paste } from "./files.ts"
import type { Edition } from "./server.ts"
import { keeps, outage, readyForFiles, waitingIds } from "./waiting-files.ts"

export function waitingApartTests({ name, command }: Edition): void {
  browserTest(`${name}: [FILE2] [SEND3] what two tabs wrote offline goes once each`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { allowed: outage })
    await ann.comeIn("Ann")
    await readyForFiles(ann.page)
    const { page } = ann
    const second = await page.context().newPage()
    await second.goto(page.url())
    await readyForFiles(second)
    await page.context().setOffline(true)
    for (const [tab, text] of [
      [page, "from the first"],
      [second, "from the second"],
    ] as const) {
      await tab.getByText("You're offline.").first().waitFor()
      await attach(tab, "plan.bin")
      await say(tab, text)
      await tab.locator(".row.waiting .file-card").first().waitFor()
    }
    await keeps(page, 2)
    const ids = await waitingIds(page)
    await page.context().setOffline(false)
    for (const tab of [page, second]) {
      await tab
        .locator(".row[data-seq]")
        .getByRole("link", { name: /^Download/ })
        .nth(1)
        .waitFor()
    }
    await keeps(page, 0)
    for (const tab of [page, second]) await gone(tab.locator(".row.waiting"))
    expect(await waitingIds(page)).toEqual([])
    const roomId = new URL(page.url()).pathname.split("/")[2] ?? ""
    await using reader = await joined(server.url, { id: roomId }, "reader")
    const history = await reader.ask("get_history", { roomId })
    const messages = history.ok ? history.messages : []
    expect(messages.map(({ id }) => id).sort()).toEqual(ids.toSorted())
    expect(messages.map(({ content, files }) => [content, files?.length]).sort()).toEqual([
      ["from the first", 1],
      ["from the second", 1],
    ])
  })

  browserTest(`${name}: [FILE2] a database that is taken away is let go of, and made anew for what comes`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { allowed: outage })
    await ann.comeIn("Ann")
    await readyForFiles(ann.page)
    const { page } = ann
    const other = await page.context().newPage()
    await other.goto(`${server.url}/docs`)
    await page.context().setOffline(true)
    await ann.sees("You're offline.")
    await attach(page, "one.bin")
    await say(page, "one")
    await keeps(page, 1)
    const removed = other.evaluate(
      () =>
        new Promise((resolve) => {
          const request = indexedDB.deleteDatabase("warren")
          request.onsuccess = () => resolve("removed")
          request.onblocked = () => resolve("blocked")
        }),
    )
    expect(await removed).toBe("removed")
    await attach(page, "two.bin")
    await say(page, "two")
    await keeps(page, 1)
    await page.context().setOffline(false)
    // The first is still in this tab.
    await page
      .locator(".row[data-seq]")
      .getByRole("link", { name: /^Download/ })
      .nth(1)
      .waitFor()
    // Each goes when its file is there, whichever that is first.
    const told = await page.locator(".row[data-seq] .prose").allTextContents()
    expect(told.toSorted()).toEqual(["one", "two"])
  })

  browserTest(`${name}: [FILE2] a refused message that is edited in the next tab has its files`, async () => {
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, FILE_BYTES_MAX: "1000" }
    await using server = await startProcess(environment, { command: await command() })
    await using ann = await Visitor.open(server.url, { allowed: outage })
    await ann.comeIn("Ann")
    await readyForFiles(ann.page)
    const { page } = ann
    await page.context().setOffline(true)
    await ann.sees("You're offline.")
    await attach(page, "large.bin", 1_001)
    await say(page, "the plan")
    await keeps(page, 1)
    await page.context().setOffline(false)
    await ann.sees("A file in this message is too large.")
    await page.reload()
    await ann.sees("A file in this message is too large.")
    await page.locator(".row.refused").getByRole("button", { name: "Edit" }).click()
    await page.getByRole("alert").filter({ hasText: "This file is too large. The limit is 1 kB." }).waitFor()
    await page.getByRole("button", { name: /Remove .*large\.bin/ }).waitFor()
    expect(await ann.composer.inputValue()).toBe("the plan")
    expect(await page.getByText("This browser no longer has").count()).toBe(0)
  })

  browserTest(
    `${name}: [MEM4] [FILE2] what waits for a room that one was removed from can be taken along, and is spoken of at sign-out`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret }
      await using server = await startProcess(environment, { command: await command() })
      const token = await tokenOf({ sub: "ann", name: "Ann" })
      await using ann = await connect(server.url, ["websocket"], { auth: { token } })
      const created = await ann.ask("create_room", { userId: "ann", name: "Team" })
      const roomId = created.ok ? created.room.id : ""
      const link = `${server.url}/r/${roomId}#token=${await tokenOf({ sub: "bob", name: "Bob" })}`
      // The server hears of him first.
      await using first = await connect(server.url, ["websocket"], {
        auth: { token: await tokenOf({ sub: "bob", name: "Bob" }) },
      })
      await first.ask("my_rooms", { userId: "bob" })
      expect(await ann.ask("add_member", { roomId, userId: "ann", targetId: "bob" })).toMatchObject({ ok: true })
      await using bob = await Visitor.open(link, { allowed: outage })
      const { page } = bob
      await readyForFiles(page)
      await page.context().setOffline(true)
      await bob.sees("You're offline.")
      const bytes = await attach(page, "plan.bin")
      await say(page, "with a plan")
      await say(page, "and words")
      await keeps(page, 1)
      const removal = { roomId, userId: "ann", targetId: "bob", ban: true }
      expect(await ann.ask("remove_member", removal)).toMatchObject({ ok: true })
      await page.context().setOffline(false)

      await page.getByRole("heading", { name: "You can't enter this room" }).waitFor()
      await page.getByRole("heading", { name: "2 messages weren't sent" }).waitFor()
      const [saved] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "plan.bin" }).click(),
      ])
      expect((await Bun.file(await saved.path()).bytes()).length).toBe(bytes.length)
      expect(await violations(bob)).toEqual([])
      await page.getByRole("button", { name: "Back to rooms" }).click()
      await page.getByRole("link", { name: /^Team/ }).click()
      const waiting = page.getByRole("listitem").filter({ hasText: "and words" })
      await waiting.getByRole("button", { name: "Remove" }).click()
      await page.getByRole("heading", { name: "1 message wasn't sent" }).waitFor()

      await page.getByRole("button", { name: /Edit your profile/ }).click()
      const dialog = page.getByRole("dialog")
      await dialog.getByRole("button", { name: "Sign out" }).click()
      await dialog.getByRole("alert").filter({ hasText: "1 message hasn't been sent yet." }).waitFor()
      await dialog.getByRole("button", { name: "Sign out anyway" }).click()
      await gone(dialog)
      await keeps(page, 0)
      expect(await waitingIds(page)).toEqual([])
    },
  )
}

async function attach(page: Page, name: string, length = 1_000): Promise<Buffer> {
  const bytes = noise(length, name.length)
  await page.bringToFront()
  await composerOf(page).focus()
  await paste(page, bytes, name, "application/octet-stream")
  await page.locator(".tray .upload").waitFor()
  return bytes
}

async function say(page: Page, text: string): Promise<void> {
  await composerOf(page).fill(text)
  await composerOf(page).press("Enter")
  await page.locator(".row", { hasText: text }).waitFor()
}

const composerOf = (page: Page) => page.getByRole("textbox", { name: /^Message / })
