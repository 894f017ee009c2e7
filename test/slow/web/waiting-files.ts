/** Messages that are sent before their files are: offline, by the next tab, and where the browser keeps nothing. */
import { expect } from "bun:test"
import type { Page } from "playwright-core"
import { noise } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import { drop, paste, takesFiles } from "./files.ts"
import type { Edition } from "./server.ts"

export const outage = /ERR_|WebSocket|failed/

export function waitingFileTests({ name, command }: Edition): void {
  browserTest(
    `${name}: [FILE2] files sent offline go with their text from the next tab, once, byte for byte`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url, { allowed: outage })
      await ann.comeIn("Ann")
      await readyForFiles(ann.page)
      const { page } = ann
      const room = page.url()
      const files = [noise(300_000, 1), noise(1_200_000, 2)]
      await page.context().setOffline(true)
      await ann.sees("You're offline.")
      await paste(page, files[0]!, "plan.bin", "application/octet-stream")
      await paste(page, files[1]!, "large.bin", "application/octet-stream")
      await page.getByRole("alert").filter({ hasText: "The upload was interrupted." }).nth(1).waitFor()
      await ann.say("from the train")
      const waiting = page.locator(".row.waiting")
      await waiting.locator(".file-card").nth(1).waitFor()
      await gone(page.locator(".tray"))
      await keeps(page, 2)
      expect(await waiting.getByText("Keep this tab open").count()).toBe(0)
      const [id] = await waitingIds(page)

      const next = await page.context().newPage()
      await page.close({ runBeforeUnload: false })
      await next.context().setOffline(false)
      await next.goto(room)
      const row = next.locator(".row[data-seq]")
      const links = row.getByRole("link", { name: /^Download/ })
      await links.nth(1).waitFor()
      expect(await row.locator(".prose").allTextContents()).toEqual(["from the train"])
      const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")))
      const received = await Promise.all(hrefs.map(async (href) => (await fetch(server.url + href)).arrayBuffer()))
      expect(received.map((bytes, i) => Buffer.from(bytes).equals(files[i]!))).toEqual([true, true])
      expect(await row.getAttribute("data-key")).toBe(id!)
      await keeps(next, 0)
      expect(await waitingIds(next)).toEqual([])
    },
  )

  browserTest(`${name}: [FILE2] a tab that ends amid an upload leaves the rest of it to the next one`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { allowed: outage })
    await ann.comeIn("Ann")
    await readyForFiles(ann.page)
    const { page } = ann
    const room = page.url()
    const bytes = noise(1_200_000)
    const half = 500_000
    const offsets: (string | undefined)[] = []
    const { promise: isHalf, resolve: halfCame } = Promise.withResolvers<void>()
    await page.context().route("**/uploads/*", async (route) => {
      const request = route.request()
      if (request.method() !== "PATCH") return route.continue()
      offsets.push(request.headers()["upload-offset"])
      if (offsets.length > 1) return route.continue()
      const body = new Uint8Array(bytes.subarray(0, half))
      await fetch(request.url(), { method: "PATCH", headers: { Origin: server.url, "Upload-Offset": "0" }, body })
      // The rest of it never comes.
      halfCame()
    })
    await paste(page, bytes, "plan.bin", "application/octet-stream")
    await ann.say("the plan")
    await isHalf
    await page.locator(".row.waiting progress").waitFor()
    await keeps(page, 1, "begun")

    const next = await page.context().newPage()
    await page.close({ runBeforeUnload: false })
    await next.goto(room)
    const row = next.locator(".row[data-seq]")
    const href = await row.getByRole("link", { name: /^Download/ }).getAttribute("href")
    expect(offsets).toEqual(["0", `${half}`])
    expect(Buffer.from(await (await fetch(server.url + href)).arrayBuffer()).equals(bytes)).toBe(true)
    expect(await row.locator(".prose").allTextContents()).toEqual(["the plan"])
  })

  browserTest(
    `${name}: [FILE2] files that the browser cannot keep are said to need their tab, in one sentence`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url, { allowed: /ERR_|WebSocket|failed|dialog: / })
      await ann.comeIn("Ann")
      await readyForFiles(ann.page)
      const { page } = ann
      await page.evaluate(() => {
        IDBObjectStore.prototype.put = () => {
          throw new DOMException("There is no space.", "QuotaExceededError")
        }
      })
      await page.context().setOffline(true)
      await ann.sees("You're offline.")
      await paste(page, noise(1_000), "plan.bin", "application/octet-stream")
      await page.getByRole("alert").filter({ hasText: "The upload was interrupted." }).waitFor()
      await ann.say("too much to keep")
      const told = page.locator(".row.waiting").getByRole("status").filter({ hasText: "Keep this tab open" })
      expect(await told.textContent()).toBe(
        "Keep this tab open until these files are sent: this browser can't store them.",
      )
      await page.context().setOffline(false)
      await page
        .locator(".row[data-seq]")
        .getByRole("link", { name: /^Download/ })
        .waitFor()
      expect(await told.count()).toBe(0)
    },
  )

  browserTest(
    `${name}: [FILE2] a file that is gone when its turn comes is said to be, and not tried for ever`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url, { allowed: outage })
      await ann.comeIn("Ann")
      await readyForFiles(ann.page)
      const { page } = ann
      const path = `${folder.path}/plan.bin`
      await Bun.write(path, noise(1_000))
      await page.context().setOffline(true)
      await ann.sees("You're offline.")
      await drop(page, 600, 300, [path])
      await page.getByRole("alert").filter({ hasText: "The upload was interrupted." }).waitFor()
      await Bun.file(path).delete()
      await page.context().setOffline(false)
      await page.getByRole("alert").filter({ hasText: "This file was changed or removed. Choose it again." }).waitFor()
    },
  )
}

/** Also without a network: what takes files is loaded after the page. */
export async function readyForFiles(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Send files" }).click()
  await page.getByRole("dialog").getByLabel("Image address", { exact: true }).waitFor()
  await page.keyboard.press("Escape")
  await gone(page.getByRole("dialog"))
  await takesFiles(page)
}

/** Resolves once the browser's database has so many files, or so many of which the server has a part. */
export async function keeps(page: Page, count: number, which: "all" | "begun" = "all"): Promise<void> {
  await until(`${count} files are kept`, async () => (await kept(page, which)) === count)
}

function kept(page: Page, which: "all" | "begun"): Promise<number> {
  return page.evaluate(
    (which) =>
      new Promise<number>((resolve) => {
        const opening = indexedDB.open("warren", 1)
        // There is none: it is the page's to make.
        opening.onupgradeneeded = () => opening.transaction?.abort()
        opening.onerror = () => resolve(0)
        opening.onsuccess = () => {
          const { result: database } = opening
          const all = database.transaction("files").objectStore("files").getAll()
          all.onsuccess = () => {
            database.close()
            resolve(all.result.filter(({ place }) => which === "all" || place !== undefined).length)
          }
        }
      }),
    which,
  )
}

/** The ids of the messages that are not sent. */
export function waitingIds(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    Object.keys(localStorage).flatMap((key) => /^warren\.outbox\..*\.(.+)$/.exec(key)?.[1] ?? []),
  )
}
